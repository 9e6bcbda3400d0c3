namespace TusUpload.Data.Sessions;

/// <summary>One node asks another to let an upload go. It is short: whoever asked takes it back when it has its answer or has waited enough.</summary>
public sealed class LeaseRequest
{
    public Guid Id { get; init; }

    public Guid SessionId { get; init; }

    /// <summary>The node that is asked: the one that held the lease.</summary>
    public Guid Node { get; init; }

    /// <summary>Where whoever asks believes the upload stands; null where that does not matter.</summary>
    public long? AtOffset { get; init; }

    /// <summary>The asked node has read it.</summary>
    public bool IsHeard { get; init; }

    /// <summary>Its writer stands elsewhere and goes on.</summary>
    public bool IsRefused { get; init; }

    /// <summary>The database's clock.</summary>
    public DateTimeOffset AskedAt { get; init; }
}
