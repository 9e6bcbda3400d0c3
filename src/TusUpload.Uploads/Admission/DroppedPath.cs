using TusUpload.Protocol.Errors;

namespace TusUpload.Uploads.Admission;

/// <summary>
/// The directories that a file was in when it was dropped: relativePath without what leads nowhere or out. Slashes part it; its last
/// segment is the file where it is called like it, or ends like it (a file renamed before it was sent keeps the path that it had), and a
/// directory otherwise or where a slash follows.
/// </summary>
internal static class DroppedPath
{
    private const int Deepest = 64;
    private const int LongestName = 255;

    public static readonly TusError TooLong = new(422, "path_too_long", "A folder's name has at most 255 characters, a path 64 folders and 2,000 bytes.");

    /// <summary>Null: none. Clients that have nothing to say say <c>null</c>.</summary>
    public static (IReadOnlyList<string>? Directories, TusError? Error) Read(string? relativePath, string fileName)
    {
        if (relativePath is null or "" or "null" or "undefined")
        {
            return (null, null);
        }

        // A backslash is one in the name of a file too, see UploadTarget.
        var segments = relativePath.Replace('\\', '_').Split('/');
        var directories = (IsFile(segments[^1], fileName) ? segments.SkipLast(1) : segments)
            .Where(segment => segment is not ("." or "..") && !string.IsNullOrWhiteSpace(segment)).ToList();
        return directories.Count > Deepest || directories.Exists(directory => directory.Length > LongestName) ? (null, TooLong)
            : directories.Count == 0 ? (null, null)
            : (directories, null);
    }

    private static bool IsFile(string last, string fileName) =>
        last == fileName || (Path.GetExtension(last) is { Length: > 1 } end && end.Equals(Path.GetExtension(fileName), StringComparison.OrdinalIgnoreCase));
}
