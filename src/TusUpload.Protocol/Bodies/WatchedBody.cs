namespace TusUpload.Protocol.Bodies;

/// <summary>A body in the watch's list, with what the watch saw of it at its last looks.</summary>
internal sealed class WatchedBody(BodyWatch watch, TusBody body) : IDisposable
{
    private int _seenWaits;
    private long _seenAt;

    public TusBody Body => body;

    /// <summary>
    /// True once the body has been in one and the same wait for the whole timeout. The wait is timed from the look that saw it first, so
    /// that reads take no timestamps. Called by the watch's timer only.
    /// </summary>
    public bool IsSilent(long now, TimeProvider time, TimeSpan timeout)
    {
        var waits = body.Waits;
        if (waits != _seenWaits || !TusBody.IsWaiting(waits))
        {
            _seenWaits = waits;
            _seenAt = now;
            return false;
        }

        return time.GetElapsedTime(_seenAt, now) >= timeout;
    }

    public void Dispose() => watch.Leave(this);
}
