namespace TusUpload.Uploads.Content;

/// <summary>What new uploads may use of the disk. The least that stays free is never more than a fiftieth of a small disk.</summary>
internal sealed class FreeSpace(string folder, long minFreeBytes, TimeProvider time)
{
    private static readonly TimeSpan Age = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private long? _askedAt;
    private bool _enough;

    public bool HasRoomFor(long length)
    {
        var disk = new DriveInfo(folder);
        return disk.AvailableFreeSpace - length >= Math.Min(minFreeBytes, disk.TotalSize / 50);
    }

    /// <summary>Whether there is room for something small; as of at most a second ago, so that it costs small uploads nothing.</summary>
    public bool HasRoom()
    {
        lock (_turn)
        {
            if (_askedAt is not { } before || time.GetElapsedTime(before) >= Age)
            {
                _enough = HasRoomFor(0);
                _askedAt = time.GetTimestamp();
            }

            return _enough;
        }
    }
}
