namespace TusUpload.Uploads.Content;

/// <summary>Ends what has stood still for too long, however long it may take while it moves. One caller at a time.</summary>
public sealed class Silence : IDisposable
{
    private readonly TimeSpan _limit;
    private readonly CancellationTokenSource _end;

    public Silence(TimeSpan limit, CancellationToken cancellationToken)
    {
        _limit = limit;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Moved();
    }

    /// <summary>Cancelled by the caller, or when nothing has moved for so long.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>The time begins again.</summary>
    public void Moved() => _end.CancelAfter(_limit);

    public void Dispose() => _end.Dispose();
}
