namespace TusUpload.Data.Outbox;

/// <summary>
/// An event, written in the transaction of the fact it tells. <see cref="Position"/> is taken when it is written, so events of one upload are
/// in order; <see cref="Sequence"/> is given by the dispatcher after the commit, so that a reader who has seen one has missed none before it.
/// </summary>
public sealed class OutboxEvent
{
    public long Position { get; init; }

    /// <summary>The event's id for those who receive it twice.</summary>
    public Guid EventId { get; init; }

    /// <summary>The place in the feed; null until it is dispatched.</summary>
    public long? Sequence { get; init; }

    /// <summary>One of <see cref="EventType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Whose feed it is in.</summary>
    public required string UserId { get; init; }

    /// <summary>In whose feed it is besides: who made the upload or batch, where that is not the account. Null: nobody's.</summary>
    public string? UploaderId { get; init; }

    public Guid WorkspaceId { get; init; }

    /// <summary>The upload, file, batch, workspace or link it is about; of a warning to a user, its default workspace.</summary>
    public Guid Subject { get; init; }

    /// <summary>A JSON object; its members depend on the type.</summary>
    public required string Data { get; init; }

    public DateTimeOffset OccurredAt { get; init; }
}
