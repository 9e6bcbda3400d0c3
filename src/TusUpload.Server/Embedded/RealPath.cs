namespace TusUpload.Server.Embedded;

/// <summary>The one name of a folder: absolute and without links, so that two ways to it give one lock, one hash and one cluster.</summary>
internal static class RealPath
{
    /// <param name="path">A folder that exists.</param>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        var current = Path.GetPathRoot(full)!;
        foreach (var part in full[current.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            current = Path.Combine(current, part);
            if (Directory.ResolveLinkTarget(current, returnFinalTarget: true) is { } target)
            {
                current = Of(target.FullName);
            }
        }

        return current;
    }
}
