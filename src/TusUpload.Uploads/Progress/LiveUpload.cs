namespace TusUpload.Uploads.Progress;

/// <summary>One running upload. <see cref="Received"/> is called by its writer for every piece and must stay cheap.</summary>
internal sealed class LiveUpload(Guid uploadId, string userId, long offset, long? totalSize, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private readonly long _startOffset = offset;
    private long _windowStartedAt = time.GetTimestamp();
    private long _windowOffset = offset;
    private long _offset = offset;
    private long _bytesPerSecond;

    public Guid UploadId => uploadId;

    /// <summary>Who makes it, where that is not the user.</summary>
    public string? UploaderId { get; init; }

    /// <summary>One of several that a final upload will be made of.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Bytes received, committed or not.</summary>
    public long Offset => Volatile.Read(ref _offset);

    /// <summary>Counts bytes; closes a window of at least one second into the rate.</summary>
    public void Received(long bytes)
    {
        var now = Volatile.Read(ref _offset) + bytes;
        Volatile.Write(ref _offset, now);
        var elapsed = time.GetElapsedTime(_windowStartedAt);
        if (elapsed >= TimeSpan.FromSeconds(1))
        {
            Volatile.Write(ref _bytesPerSecond, Rate(now - _windowOffset, elapsed));
            _windowStartedAt = time.GetTimestamp();
            _windowOffset = now;
        }
    }

    public ProgressReport Report()
    {
        var rate = Volatile.Read(ref _bytesPerSecond);
        var uploaded = Offset;
        return new(uploadId, userId, UploaderId ?? userId, uploaded, totalSize, rate > 0 ? rate : Rate(uploaded - _startOffset, time.GetElapsedTime(_startedAt)));
    }

    private static long Rate(long bytes, TimeSpan elapsed) => elapsed > TimeSpan.Zero ? (long)(bytes / elapsed.TotalSeconds) : 0;
}
