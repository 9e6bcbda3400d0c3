namespace TusUpload.UnitTests.Architecture;

/// <summary>The working copy that these tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Source => Path.Combine(Root, "src");

    /// <summary>C# files below a folder, without what the build makes.</summary>
    public static IEnumerable<string> CodeBelow(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !PartsOf(file).Any(part => part is "bin" or "obj" or "node_modules"));

    public static string[] PartsOf(string path) => Path.GetRelativePath(Root, path).Split(Path.DirectorySeparatorChar);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "TusUpload.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }
}
