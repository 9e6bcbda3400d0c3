namespace TusUpload.Server.Api.Archives;

/// <summary>
/// Names of an archive's entries: relative, with slashes, and no two the same on a disk that does not tell upper from lower case. The second <c>a.txt</c> is
/// <c>a (2).txt</c>.
/// </summary>
internal sealed class EntryNames
{
    private const string Unnamed = "unnamed";

    private readonly Dictionary<string, int> _taken = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="path">Of it the folders count.</param>
    public string Of(string? path, string fileName)
    {
        var folder = string.Concat(Folders(path).Select(segment => segment + "/"));
        var wanted = Clean(fileName) is { Length: > 0 } clean ? clean : Unnamed;
        var (stem, extension) = wanted.LastIndexOf('.') is > 0 and var dot ? (wanted[..dot], wanted[dot..]) : (wanted, "");
        var name = folder + wanted;
        while (!_taken.TryAdd(name, 1))
        {
            // Counted where it was taken, so that a thousand of one name are not tried a million times.
            name = $"{folder}{stem} ({++_taken[folder + wanted]}){extension}";
        }

        return name;
    }

    private static IEnumerable<string> Folders(string? path) => (path ?? "").Split('/', '\\').SkipLast(1).Select(Clean).Where(segment => segment.Length > 0);

    // Nothing that leads out of the folder into which somebody unpacks it. Dots and spaces at the end are none to Windows, which makes ".." of ".. ".
    private static string Clean(string name) =>
        string.Concat(name.Where(letter => !char.IsControl(letter) && letter is not ('/' or '\\' or ':'))).TrimEnd('.', ' ');
}
