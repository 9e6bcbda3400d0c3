namespace TusUpload.Uploads.Content;

/// <summary>
/// Makes a folder's new entries durable, many with one sync where they come together. An entry is only covered by a sync that began after it was
/// made, and nobody returns before that sync has ended.
/// </summary>
/// <param name="sync">Puts the entries the folder has on the disk.</param>
internal sealed class FolderSync(Action sync)
{
    private readonly Lock _turn = new();

    // At the start of a process nobody knows what is on the disk.
    private long _changes = 1;
    private long _synced;

    /// <summary>To be called after an entry was made.</summary>
    public void Changed() => Interlocked.Increment(ref _changes);

    /// <summary>Returns when every entry told before is on the disk. Throws <see cref="IOException"/>: whether they are is then unknown.</summary>
    public void Sync()
    {
        var mine = Interlocked.Read(ref _changes);
        if (Interlocked.Read(ref _synced) >= mine)
        {
            return;
        }

        lock (_turn)
        {
            if (_synced >= mine)
            {
                return;
            }

            var covered = Interlocked.Read(ref _changes);
            sync();
            Interlocked.Exchange(ref _synced, covered);
        }
    }
}
