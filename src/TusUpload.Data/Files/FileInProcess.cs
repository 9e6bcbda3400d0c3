using Npgsql;

using TusUpload.Data.Sessions;

namespace TusUpload.Data.Files;

/// <summary>What the pipeline works with. Sizes in bytes; <paramref name="Journal"/> is a JSON object: output by step.</summary>
public sealed record FileInProcess(
    Guid Id,
    string UserId,
    long FileSize,
    string? ContentType,
    string? PromisedSha256,
    string? ReceivedSha256,
    Guid? ContentNode,
    Guid WorkspaceId,
    DateTimeOffset ReceivedAt,
    string Journal)
{
    /// <summary>Of a CTE <c>file</c> of whole rows.</summary>
    internal const string Columns = """
        file.id, file.user_id, file.file_size, file.content_type, file.promised_sha256, file.received_sha256, file.content_node,
        file.workspace_id, file.created_at, (SELECT jsonb_object_agg(step, output) FROM tus_upload.step_journal WHERE file_id = file.id)::text,
        file.promised_sha512, file.link_id, file.batch_id
        """;

    public Guid? LinkId { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>The uploads whose bytes are the file's, in order; empty where they are the file's own upload's.</summary>
    public IReadOnlyList<UploadPart> Parts { get; init; } = [];

    /// <summary>The committed spans, in order; null where they have still to be asked for.</summary>
    public IReadOnlyList<CommittedSpan>? Spans { get; init; }

    /// <inheritdoc cref="StoredFile.PromisedSha512"/>
    public string? PromisedSha512 { get; init; }

    /// <summary>Runs before this one that have not said how they went: most likely their processes died.</summary>
    public int OpenRuns { get; init; }

    /// <summary>Reads <see cref="Columns"/>, the first ones of the row.</summary>
    internal static FileInProcess Read(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetString(1),
        row.GetInt64(2),
        row.IsDBNull(3) ? null : row.GetString(3),
        row.IsDBNull(4) ? null : row.GetString(4),
        row.IsDBNull(5) ? null : row.GetString(5),
        row.IsDBNull(6) ? null : row.GetGuid(6),
        row.GetGuid(7),
        row.GetFieldValue<DateTimeOffset>(8),
        row.IsDBNull(9) ? "{}" : row.GetString(9))
    {
        PromisedSha512 = row.IsDBNull(10) ? null : row.GetString(10),
        LinkId = row.IsDBNull(11) ? null : row.GetGuid(11),
        BatchId = row.IsDBNull(12) ? null : row.GetGuid(12),
    };
}
