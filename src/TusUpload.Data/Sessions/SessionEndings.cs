using Npgsql;

using TusUpload.Data.Batches;

namespace TusUpload.Data.Sessions;

/// <summary>Uploads that end before their last byte, by their owner or by time, and the bytes they leave behind.</summary>
public sealed class SessionEndings(NpgsqlDataSource database)
{
    // What was held is given back at every level in the statement that ends the upload: the row's old reserved_size goes to zero once.
    // An upload that was cancelled leaves its batch, and its line of the manifest, after the batch is locked; one that expired counts as failed, or its batch would wait for ever. A part ends without a
    // word: nobody was told of it.
    private const string End = $"""
        , session AS (
            UPDATE tus_upload.upload_sessions s
               SET status = $2, lease_node = NULL, reserved_size = 0, last_activity_at = $1
              FROM held WHERE s.id = held.id
            RETURNING s.*
        ), change AS (
            SELECT user_id, workspace_id, link_id, -reserved_size AS reserved, 0 AS used,
                   CASE WHEN link_id IS NULL OR is_partial THEN 0 ELSE -1 END AS files, 0 AS visits
              FROM held
        ), {StorageCounting.Sql}, event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'upload.' || $2, user_id, NULLIF(uploader_id, user_id), workspace_id, id, {SessionEvents.Data}, $1 FROM session WHERE NOT is_partial
            RETURNING position
        ), delta AS (
            SELECT batch_id, CASE WHEN $2 = 'terminated' THEN -1 ELSE 0 END AS joined, 0 AS received, 0 AS processed,
                   CASE WHEN $2 = 'expired' THEN 1 ELSE 0 END AS failed, 0 AS bytes
              FROM session WHERE EXISTS (SELECT FROM event) AND NOT is_late AND {StorageCounting.Done}
        ), {BatchCounting.Sql}, freed AS (
            UPDATE tus_upload.batch_files f SET upload_id = NULL
              FROM session WHERE f.upload_id = session.id AND $2 = 'terminated' AND (SELECT count(*) FROM batch) >= 0
        )
        SELECT {SessionState.Columns}, (SELECT held.lease_node FROM held) FROM session
        """;

    private const string TerminateSql = $"""
        WITH held AS MATERIALIZED (
            SELECT id, user_id, workspace_id, link_id, reserved_size, is_partial, lease_node FROM tus_upload.upload_sessions
             WHERE id = $3 AND uploader_id = $4 AND status = 'receiving' AND part_ids IS NULL AND final_id IS NULL
               AND {SessionState.Expiry} > $1
               FOR NO KEY UPDATE
        ){End}
        """;

    // A final upload that ends takes its parts along: nothing else can be made of them. They are locked first and by their ids, as everywhere.
    private const string PartsSql = """
        SELECT id FROM tus_upload.upload_sessions WHERE final_id = $1 AND uploader_id = $2 ORDER BY id FOR NO KEY UPDATE
        """;

    private const string FinalSql = $"""
        SELECT id FROM tus_upload.upload_sessions
         WHERE id = $1 AND uploader_id = $2 AND status = 'receiving' AND part_ids IS NOT NULL AND {SessionState.Expiry} > $3
           FOR NO KEY UPDATE
        """;

    private const string EndSql = $"""
        WITH held AS MATERIALIZED (
            SELECT id, user_id, workspace_id, link_id, reserved_size, is_partial, lease_node FROM tus_upload.upload_sessions
             WHERE id = $3 AND uploader_id = $4 AND status = 'receiving'
               FOR NO KEY UPDATE
        ){End}
        """;

    private const string ExpiredSql = $"""
        SELECT id FROM tus_upload.upload_sessions
         WHERE status = 'receiving' AND expires_at <= $1 AND {SessionState.Expiry} <= $1 AND id <> ALL ($2)
         ORDER BY expires_at LIMIT $3
        """;

    // One upload per statement, so that only one user's rows are locked at a time. Another node that sweeps skips it.
    private const string ExpireSql = $"""
        WITH held AS MATERIALIZED (
            SELECT id, user_id, workspace_id, link_id, reserved_size, is_partial, lease_node FROM tus_upload.upload_sessions
             WHERE id = $3 AND status = 'receiving' AND expires_at <= $1 AND {SessionState.Expiry} <= $1
               FOR NO KEY UPDATE SKIP LOCKED
        ){End}
        """;

    private const string LeftoversSql = """
        SELECT id FROM tus_upload.upload_sessions
         WHERE status IN ('expired', 'terminated') AND NOT content_removed AND (content_node = $1 OR content_node IS NULL)
         LIMIT $2
        """;

    private const string RemovedSql = "UPDATE tus_upload.upload_sessions SET content_removed = true WHERE id = ANY ($1)";

    private const string ExtendSql = $"""
        UPDATE tus_upload.upload_sessions SET expires_at = GREATEST(expires_at, $4)
         WHERE id = $1 AND uploader_id = $2 AND status = 'receiving' AND {SessionState.Expiry} > $3
        RETURNING {SessionState.Columns}
        """;

    /// <summary>Ends an upload for its uploader; null when it is not there, has ended or is complete. Its lease is that which it ended, if any.</summary>
    public async Task<SessionState?> TerminateAsync(Guid id, string uploaderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TerminateSql);
        command.With(now).With(SessionStatus.Terminated).With(id).With(uploaderId);
        return await ReadEndedAsync(command, cancellationToken);
    }

    /// <summary>
    /// Ends a final upload that is not complete, and its parts, for their uploader. The final comes last; empty when there is no such final.
    /// </summary>
    public async Task<IReadOnlyList<SessionState>> TerminateFinalAsync(
        Guid id, string uploaderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var parts = new NpgsqlCommand(PartsSql, connection, transaction);
        parts.With(id).With(uploaderId);
        var ids = await ReadIdsAsync(parts, cancellationToken);
        await using var final = new NpgsqlCommand(FinalSql, connection, transaction);
        final.With(id).With(uploaderId).With(now);
        if (await final.ExecuteScalarAsync(cancellationToken) is null)
        {
            return [];
        }

        // The final last: it counts its batch, which is locked after the user that the parts are counted at.
        var ended = new List<SessionState>();
        foreach (var one in ids.Append(id))
        {
            await using var command = new NpgsqlCommand(EndSql, connection, transaction);
            command.With(now).With(SessionStatus.Terminated).With(one).With(uploaderId);
            if (await ReadEndedAsync(command, cancellationToken) is { } state)
            {
                ended.Add(state);
            }
        }

        await transaction.CommitAsync(cancellationToken);
        return ended;
    }

    /// <summary>Uploads whose time ran out, the first ones first.</summary>
    public async Task<IReadOnlyList<Guid>> ExpiredAsync(DateTimeOffset now, Guid[] except, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExpiredSql);
        command.With(now).With(except).With(limit);
        return await ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Ends an upload whose time ran out; null when it is not there, has ended, has got more time or is somebody else's at the moment.</summary>
    public async Task<SessionState?> ExpireAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExpireSql);
        command.With(now).With(SessionStatus.Expired).With(id);
        return await ReadEndedAsync(command, cancellationToken);
    }

    /// <summary>Ended uploads whose bytes this node has still to remove.</summary>
    public async Task<IReadOnlyList<Guid>> LeftoversAsync(Guid node, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LeftoversSql);
        command.With(node).With(limit);
        return await ReadIdsAsync(command, cancellationToken);
    }

    /// <summary>Records that the bytes are gone. Said after they are: dying in between only removes them twice.</summary>
    public async Task MarkRemovedAsync(Guid[] ids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RemovedSql);
        command.With(ids);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Moves the end of an unfinished upload to <paramref name="expiresAt"/>, never to an earlier moment; null when it is not there or has ended.</summary>
    public async Task<SessionState?> ExtendAsync(
        Guid id, string uploaderId, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExtendSql);
        command.With(id).With(uploaderId).With(now).With(expiresAt);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? SessionState.Read(row) : null;
    }

    private static async Task<SessionState?> ReadEndedAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        const int Holder = SessionState.ColumnCount;
        return await row.ReadAsync(cancellationToken)
            ? SessionState.Read(row) with { LeaseNode = row.IsDBNull(Holder) ? null : row.GetGuid(Holder) }
            : null;
    }

    private static async Task<IReadOnlyList<Guid>> ReadIdsAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var ids = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetGuid(0));
        }

        return ids;
    }
}
