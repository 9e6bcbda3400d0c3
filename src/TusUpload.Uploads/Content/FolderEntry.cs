namespace TusUpload.Uploads.Content;

/// <summary>The entry that leads to a folder.</summary>
public static class FolderEntry
{
    private const int NoAccess = 13; // EACCES
    private const int NotPossible = 22; // EINVAL

    /// <summary>
    /// Returns when the entry is on the disk. A parent that this user may not read, or whose file system knows no such thing (a mount point's), is
    /// the owner's affair.
    /// </summary>
    public static void Sync(string folder)
    {
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)) is not { Length: > 0 } parent)
        {
            return;
        }

        try
        {
            DurableFile.SyncFolder(parent);
        }
        catch (IOException trouble) when (trouble.HResult is NoAccess or NotPossible)
        {
        }
    }
}
