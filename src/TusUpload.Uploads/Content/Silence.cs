namespace TusUpload.Uploads.Content;

/// <summary>Ends what has stood still for too long, however long it may take while it moves. One caller at a time.</summary>
public sealed class Silence : IDisposable
{
    private const int MostBuffered = 1 << 20;
    private const int SlowestRate = 8 * 1024;

    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _end;

    public Silence(TimeSpan limit, CancellationToken cancellationToken)
    {
        _limit = limit;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Moved();
    }

    /// <summary>
    /// Of a request with a body of so many bytes. What has been handed to the system may still be on its way, which nobody can see: so long as it takes over the
    /// slowest line is no silence.
    /// </summary>
    public static Silence OfBody(long length, TimeSpan limit, CancellationToken cancellationToken) =>
        new(limit + TimeSpan.FromSeconds((double)Math.Min(length, MostBuffered) / SlowestRate), cancellationToken);

    /// <summary>Cancelled by the caller, or when nothing has moved for so long.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>The time begins again.</summary>
    public void Moved() => _end.CancelAfter(_limit);

    public void Dispose() => _end.Dispose();
}
