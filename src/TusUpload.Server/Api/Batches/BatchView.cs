using System.Linq.Expressions;
using System.Text.Json.Serialization;

using TusUpload.Data.Batches;

namespace TusUpload.Server.Api.Batches;

/// <summary>A batch as the API shows it.</summary>
/// <param name="Status">open, sealed, completed, partial, failed or expired.</param>
/// <param name="TotalFiles">As many as were announced; without an announcement as many as joined.</param>
/// <param name="ProcessedFiles">That are ready.</param>
/// <param name="FailedFiles">That were rejected, failed or expired.</param>
/// <param name="TotalBytes">Of the files whose last byte is in.</param>
internal sealed record BatchView(Guid Id, string Status, int TotalFiles, int ProcessedFiles, int FailedFiles, long TotalBytes)
{
    public static readonly Expression<Func<Batch, BatchView>> Of = batch => new BatchView(
        batch.Id, batch.Status, batch.ExpectedFiles ?? batch.JoinedFiles, batch.ProcessedFiles, batch.FailedFiles, batch.TotalBytes)
    {
        ReceivedFiles = batch.ReceivedFiles,
        AllOrNothing = batch.AllOrNothing,
        LateFiles = batch.LateFiles,
        LateJoined = batch.LateJoined,
        WorkspaceId = batch.WorkspaceId,
        CreatedAt = batch.CreatedAt,
        ExpiresAt = batch.ExpiresAt,
        EndedAt = batch.EndedAt,
    };

    /// <summary>Files whose last byte is in.</summary>
    public int ReceivedFiles { get; init; }

    /// <summary>Bytes that the manifest announces; null without one, where a line has no size, and in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ExpectedBytes { get; init; }

    /// <summary>Bytes of its uploads that are kept; not in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? UploadedBytes { get; init; }

    /// <summary>Its files are seen together, when it is completed, or never.</summary>
    public bool AllOrNothing { get; init; }

    /// <summary>What becomes of files that come when it is closed: refuse or accept.</summary>
    public required string LateFiles { get; init; }

    /// <summary>How many came late and were let in; they are not among the others.</summary>
    public int LateJoined { get; init; }

    public Guid WorkspaceId { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it ends as expired if it has not ended before; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }
}
