using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Content;

/// <summary>
/// What is known of uploads whose bytes lie in an object store. The invariant: every byte below an upload's committed offset is in a part that is
/// recorded here and ends at or below that offset, or in a row of <see cref="ContentRows"/>. So a part counts once the offset has passed its end,
/// and only then do the rows below that end go. Writers are fenced: a statement under a lease that is no longer the newest changes nothing.
/// The store fences nobody: what a writer that is no more has on its way may take the place of a part of the same number at any time. So whoever sends
/// says so first, and a part that somebody began to send before keeps its rows until the object is made.
/// </summary>
/// <remarks>What bytes that have arrived wait for goes through the pool of commits, so never behind new work; the rest through the wire's.</remarks>
public sealed class ContentMultiparts(NpgsqlDataSource database, [FromKeyedServices(Pools.Commits)] NpgsqlDataSource commits)
{
    // Held until the statement ends: a newer lease comes before it or after it, never in between. An upload that no row knows is nobody else's.
    private const string Fence = """
        held AS MATERIALIZED (
            SELECT id, uploaded_size, total_size FROM tus_upload.upload_sessions
             WHERE id = $1 AND lease_node = $2 AND lease_epoch = $3 AND status = 'receiving' FOR SHARE
        ), allowed AS (
            SELECT id, uploaded_size, total_size FROM held UNION ALL SELECT $1, NULL, NULL WHERE $2 IS NULL
        )
        """;

    // What was flushed or recorded and never committed goes, so that rows and parts end where the next bytes begin.
    private const string OpenSql = $"""
        WITH {Fence}, multipart AS (
            SELECT m.* FROM tus_upload.content_multiparts m JOIN allowed ON allowed.id = m.session_id
        ), beyond AS (
            DELETE FROM tus_upload.content_parts p USING multipart m WHERE p.session_id = m.session_id AND p.number * m.part_size > $4
        ), counted AS (
            SELECT count(*) AS parts, COALESCE(count(*) * max(m.part_size), 0)::bigint AS size
              FROM tus_upload.content_parts p JOIN multipart m ON m.session_id = p.session_id WHERE p.number * m.part_size <= $4
        ), past AS (
            DELETE FROM tus_upload.content_rows r USING allowed WHERE r.session_id = allowed.id AND r.position >= $4
        ), cut AS (
            UPDATE tus_upload.content_rows r SET bytes = substring(r.bytes FROM 1 FOR ($4 - r.position)::int) FROM allowed
             WHERE r.session_id = allowed.id AND r.position < $4 AND r.position + length(r.bytes) > $4
        )
        SELECT allowed.total_size, multipart.multipart_id, multipart.part_size, multipart.is_completed, multipart.sent_parts, counted.parts::int, (
                   SELECT COALESCE(sum(LEAST(r.position + length(r.bytes), $4) - r.position), 0)::bigint
                     FROM tus_upload.content_rows r WHERE r.session_id = $1 AND r.position >= counted.size AND r.position < $4)
          FROM allowed CROSS JOIN counted LEFT JOIN multipart ON true
        """;

    private const string TotalSizeSql = "SELECT total_size FROM tus_upload.upload_sessions WHERE id = $1";

    private const string BeginSql = $"""
        WITH {Fence}
        INSERT INTO tus_upload.content_multiparts (session_id, multipart_id, part_size, is_completed, is_kept, sent_parts, created_at)
        SELECT id, $4, $5, false, false, 1, $6 FROM allowed
        ON CONFLICT DO NOTHING
        RETURNING session_id
        """;

    private const string SendingSql = $"""
        WITH {Fence}
        UPDATE tus_upload.content_multiparts m SET sent_parts = GREATEST(m.sent_parts, $4) FROM allowed WHERE m.session_id = allowed.id
        RETURNING m.session_id
        """;

    // Rows go below the committed offset alone: if this part's commit never comes, they are what the next writer makes the part from.
    private const string RecordSql = $"""
        WITH {Fence}, part AS (
            INSERT INTO tus_upload.content_parts (session_id, number, etag, keeps_rows) SELECT id, $4, $5, $6 FROM allowed
            ON CONFLICT (session_id, number) DO UPDATE SET etag = excluded.etag, keeps_rows = excluded.keeps_rows
            RETURNING session_id
        ), trimmed AS (
            DELETE FROM tus_upload.content_rows r USING held
             WHERE r.session_id = held.id AND r.position < (
                 SELECT COALESCE(count(*) * max(m.part_size), 0)
                   FROM tus_upload.content_multiparts m JOIN tus_upload.content_parts p ON p.session_id = m.session_id
                  WHERE m.session_id = held.id AND p.number * m.part_size <= held.uploaded_size)
               AND NOT EXISTS (
                 SELECT 1 FROM tus_upload.content_multiparts m JOIN tus_upload.content_parts p ON p.session_id = m.session_id
                  WHERE m.session_id = held.id AND p.keeps_rows AND p.number = (r.position / m.part_size) + 1)
        )
        SELECT session_id FROM part
        """;

    private const string FindSql = """
        SELECT multipart_id, part_size, is_completed, is_kept, ARRAY(
                   SELECT p.etag FROM tus_upload.content_parts p
                    WHERE p.session_id = m.session_id AND p.number * m.part_size <= $2 ORDER BY p.number)
          FROM tus_upload.content_multiparts m WHERE session_id = $1
        """;

    private const string CompletedSql = """
        WITH done AS (
            UPDATE tus_upload.content_multiparts SET is_completed = true WHERE session_id = $1 AND multipart_id = $2 RETURNING session_id
        ), parts AS (
            DELETE FROM tus_upload.content_parts p USING done WHERE p.session_id = done.session_id
        )
        DELETE FROM tus_upload.content_rows r USING done WHERE r.session_id = done.session_id
        """;

    private const string KeepSql = "UPDATE tus_upload.content_multiparts SET is_kept = true WHERE session_id = $1 AND is_completed";

    private const string ForgetSql = "DELETE FROM tus_upload.content_multiparts WHERE session_id = $1";

    private const string KnownSql = "SELECT session_id, multipart_id FROM tus_upload.content_multiparts WHERE session_id = ANY ($1)";

    private const string ListSql = """
        SELECT session_id FROM tus_upload.content_multiparts WHERE session_id > $1 AND session_id < $2 ORDER BY session_id LIMIT $3
        """;

    /// <summary>
    /// What a writer at <paramref name="offset"/>, the committed one, finds; what lies past it is forgotten. Null when the lease is no longer the newest.
    /// </summary>
    public async Task<OpenedMultipart?> OpenAsync(Guid id, Guid? node, long epoch, long offset, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OpenSql);
        command.With(id).With(node).With(epoch).With(offset);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(
                row.IsDBNull(0) ? null : row.GetInt64(0),
                row.IsDBNull(1) ? null : new(row.GetString(1), row.GetInt64(2), row.GetBoolean(3)),
                row.IsDBNull(4) ? 0 : row.GetInt32(4),
                row.GetInt32(5),
                row.GetInt64(6))
            : null;
    }

    /// <summary>An upload's length in bytes; null while nobody knows it, or the upload.</summary>
    public async Task<long?> TotalSizeAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = commits.CreateCommand(TotalSizeSql);
        command.With(id);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    /// <summary>Notes an upload's multipart, whose part size is fixed with it, and that its first part is about to be sent. False: the lease is no longer the newest, and nothing is noted.</summary>
    public async Task<bool> BeginAsync(
        Guid id, Guid? node, long epoch, Multipart multipart, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = commits.CreateCommand(BeginSql);
        command.With(id).With(node).With(epoch).With(multipart.Id).With(multipart.PartSize).With(now);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>Notes that a part is about to be sent. False: the lease is no longer the newest, and it must not be.</summary>
    public async Task<bool> SendingAsync(Guid id, Guid? node, long epoch, int number, CancellationToken cancellationToken)
    {
        await using var command = commits.CreateCommand(SendingSql);
        command.With(id).With(node).With(epoch).With(number);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>
    /// Notes a part that the store has taken, and whether its rows stay once the offset has passed it. False: the lease is no longer the newest, and
    /// nothing is noted.
    /// </summary>
    public async Task<bool> RecordAsync(
        Guid id, Guid? node, long epoch, int number, string etag, bool keepsRows, CancellationToken cancellationToken)
    {
        await using var command = commits.CreateCommand(RecordSql);
        command.With(id).With(node).With(epoch).With(number).With(etag).With(keepsRows);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>An upload's multipart with the parts that end at or below <paramref name="length"/>, by number from 1; null where it has none.</summary>
    public async Task<(Multipart Multipart, string[] Etags)?> FindAsync(Guid id, long length, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.With(id).With(length);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (new(row.GetString(0), row.GetInt64(1), row.GetBoolean(2)) { IsKept = row.GetBoolean(3) }, row.GetFieldValue<string[]>(4))
            : null;
    }

    /// <summary>Notes that the object is there; its parts and rows are needed no more. Again is no error.</summary>
    public async Task CompletedAsync(Guid id, string multipartId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CompletedSql);
        command.With(id).With(multipartId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that the object is a file's from now on. False: there is none. Again is no error.</summary>
    public async Task<bool> KeepAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(KeepSql);
        command.With(id);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Forgets an upload's multipart and its parts; to be called when the store has nothing of them, or has it for a file.</summary>
    public async Task ForgetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ForgetSql);
        command.With(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Of these uploads, the names of their multiparts.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> KnownAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(KnownSql);
        command.With(ids);
        var known = new Dictionary<Guid, string>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            known.Add(row.GetGuid(0), row.GetString(1));
        }

        return known;
    }

    /// <summary>Uploads with a multipart between two ids, at most <paramref name="limit"/>, in their order.</summary>
    public async Task<List<Guid>> ListAsync(Guid after, Guid before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        command.With(after).With(before).With(limit);
        var ids = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetGuid(0));
        }

        return ids;
    }
}

/// <summary>A multipart upload. <paramref name="Id"/> is the store's name for it, <paramref name="PartSize"/> the bytes of every part but the last.</summary>
public sealed record Multipart(string Id, long PartSize, bool IsCompleted)
{
    /// <inheritdoc cref="ContentMultipart.IsKept"/>
    public bool IsKept { get; init; }
}

/// <param name="TotalSize">The upload's length; null while nobody knows it.</param>
/// <param name="Multipart">Null where nothing has been sent to the store.</param>
/// <param name="SentParts">Up to this part somebody has begun to send.</param>
/// <param name="Parts">Recorded ones that end at or below the offset.</param>
/// <param name="RowBytes">Bytes in rows between the end of those parts and the offset.</param>
public sealed record OpenedMultipart(long? TotalSize, Multipart? Multipart, int SentParts, int Parts, long RowBytes);
