using Npgsql;

using TusUpload.Data.Batches;

namespace TusUpload.Data.Sessions;

/// <summary>The last byte of a final upload: that of the last of its parts.</summary>
public sealed class SessionJoins(NpgsqlDataSource database)
{
    // Said after the commit of a part's last byte, never with it; said twice, it matches nothing the second time. Two parts that are completed at
    // once: each commits first and says this then, so whoever says it later sees both commits, and finishes. Whoever says it while the other
    // commits waits for that row and reads it in its newest version. Parts are locked by their ids and before their final, as by the POST that
    // bound them. What the parts held becomes what the final holds: no counter moves.
    private const string JoinSql = $"""
        WITH parts AS MATERIALIZED (
            SELECT id, status = 'receiving' AND uploaded_size = total_size AS is_complete, total_size, reserved_size, completed_chunks, chunk_size
              FROM tus_upload.upload_sessions WHERE final_id = $3 ORDER BY id FOR NO KEY UPDATE
        ), sums AS MATERIALIZED (
            SELECT count(*) FILTER (WHERE is_complete) AS complete, sum(total_size)::bigint AS total, sum(reserved_size)::bigint AS reserved,
                   sum(completed_chunks)::integer AS chunks, max(chunk_size) AS chunk_size
              FROM parts
        ), final AS MATERIALIZED (
            SELECT s.id FROM tus_upload.upload_sessions s, sums
             WHERE s.id = $3 AND s.status = 'receiving' AND cardinality(s.part_ids) = sums.complete
               FOR NO KEY UPDATE OF s
        ), joined AS (
            UPDATE tus_upload.upload_sessions p SET status = 'joined', reserved_size = 0, lease_node = NULL
              FROM final, parts WHERE p.id = parts.id
        ), session AS (
            UPDATE tus_upload.upload_sessions s
               SET status = 'received', uploaded_size = sums.total, total_size = sums.total, reserved_size = sums.reserved,
                   completed_chunks = sums.chunks, chunk_size = sums.chunk_size, last_activity_at = $1
              FROM final, sums WHERE s.id = final.id
            RETURNING s.*
        ), {SessionEvents.Received}, {BatchCounting.Sql}
        SELECT {SessionState.Columns} FROM session
        """;

    // The array of the final says the order.
    private const string WholeSql = """
        SELECT final.uploader_id, final.workspace_id, final.link_id, final.content_type, final.content_node,
               array_agg(part.id ORDER BY listed.place), array_agg(part.total_size ORDER BY listed.place)
          FROM tus_upload.upload_sessions final
         CROSS JOIN LATERAL unnest(final.part_ids) WITH ORDINALITY AS listed (id, place)
          JOIN tus_upload.upload_sessions part ON part.id = listed.id AND part.status = 'receiving' AND part.uploaded_size = part.total_size
         WHERE final.id = $1 AND final.status = 'receiving'
         GROUP BY final.id
        HAVING count(*) = cardinality(final.part_ids)
        """;

    private const string WaitingSql = """
        SELECT final.id FROM tus_upload.upload_sessions final
         WHERE final.status = 'receiving' AND final.part_ids IS NOT NULL AND cardinality(final.part_ids) = (
               SELECT count(*) FROM tus_upload.upload_sessions part
                WHERE part.final_id = final.id AND part.status = 'receiving' AND part.uploaded_size = part.total_size)
         ORDER BY random() LIMIT $1
        """;

    private const string LengthSql = """
        SELECT sum(total_size)::bigint FROM tus_upload.upload_sessions WHERE final_id = $1 HAVING count(total_size) = count(*)
        """;

    /// <summary>Finishes a final upload whose parts are all complete; null when they are not, or when it is finished already.</summary>
    public async Task<SessionState?> JoinAsync(Guid finalId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        SessionState? state;
        await using (var command = Join(transaction, finalId, now))
        {
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            state = await row.ReadAsync(cancellationToken) ? SessionState.Read(row) : null;
        }

        await transaction.CommitAsync(cancellationToken);
        return state;
    }

    /// <summary>A final upload whose parts are all complete and that is not finished; null where they are not, or it is.</summary>
    public async Task<WholeParts?> FindWholeAsync(Guid finalId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WholeSql);
        command.With(finalId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(
                finalId,
                row.GetString(0),
                row.GetGuid(1),
                row.IsDBNull(2) ? null : row.GetGuid(2),
                row.IsDBNull(3) ? null : row.GetString(3),
                row.IsDBNull(4) ? null : row.GetGuid(4),
                [.. row.GetFieldValue<Guid[]>(5).Zip(row.GetFieldValue<long[]>(6), (id, size) => new UploadPart(id, size))])
            : null;
    }

    /// <summary>Final uploads whose parts are all complete: somebody died between the last commit and <see cref="JoinAsync"/>.</summary>
    public async Task<IReadOnlyList<Guid>> WaitingAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WaitingSql);
        command.With(limit);
        var ids = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetGuid(0));
        }

        return ids;
    }

    /// <summary>The length of an unfinished final upload; null while that of one of its parts is not told.</summary>
    public async Task<long?> LengthAsync(Guid finalId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LengthSql);
        command.With(finalId);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }

    internal static NpgsqlCommand Join(NpgsqlTransaction transaction, Guid finalId, DateTimeOffset now)
    {
        var command = new NpgsqlCommand(JoinSql, transaction.Connection, transaction);
        command.With(now).With<string?>(null).With(finalId);
        return command;
    }
}

/// <summary>A final upload all of whose parts are complete, before it is finished.</summary>
/// <param name="ContentNode">The node whose disk holds the bytes; null where every node reaches them.</param>
public sealed record WholeParts(
    Guid Id, string UploaderId, Guid WorkspaceId, Guid? LinkId, string? ContentType, Guid? ContentNode, IReadOnlyList<UploadPart> Parts);
