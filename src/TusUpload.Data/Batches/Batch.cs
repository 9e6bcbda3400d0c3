namespace TusUpload.Data.Batches;

/// <summary>
/// Files that belong together. It is closed when it is sealed or when as many files joined as were expected; a closed batch ends when every
/// one of its files is ready, rejected, failed or expired. A batch with a manifest expects its lines.
/// </summary>
public sealed class Batch
{
    public Guid Id { get; init; }

    public required string UserId { get; init; }

    /// <inheritdoc cref="Sessions.UploadSession.UploaderId"/>
    public required string UploaderId { get; init; }

    public Guid WorkspaceId { get; init; }

    /// <summary>One of <see cref="BatchStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>How many files were announced; null for an open batch, which is closed by sealing it.</summary>
    public int? ExpectedFiles { get; init; }

    /// <summary>Uploads that were made into it and neither cancelled nor taken out.</summary>
    public int JoinedFiles { get; init; }

    /// <summary>Uploads of it whose last byte is in.</summary>
    public int ReceivedFiles { get; init; }

    /// <summary>Files that are ready.</summary>
    public int ProcessedFiles { get; init; }

    /// <summary>Files that were rejected, failed or expired, and in the end those that had not ended when their batch was cancelled or expired.</summary>
    public int FailedFiles { get; init; }

    /// <summary>Bytes of the received files.</summary>
    public long TotalBytes { get; init; }

    /// <summary>Its files are seen together, when it is complete, or never.</summary>
    public bool AllOrNothing { get; init; }

    /// <summary>It was cancelled before it had ended, and so will never be complete.</summary>
    public bool IsAbandoned { get; init; }

    /// <summary>What becomes of a file that comes when the batch is closed: one of <see cref="LatePolicy"/>.</summary>
    public string LateFiles { get; init; } = LatePolicy.Refuse;

    /// <summary>Files that came late and were let in. Not among the others: the batch's end has been told.</summary>
    public int LateJoined { get; init; }

    /// <summary>A batch that has not ended ends then; null: it waits.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}
