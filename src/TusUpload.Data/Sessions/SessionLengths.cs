using Npgsql;

using TusUpload.Data.Batches;

namespace TusUpload.Data.Sessions;

/// <summary>Uploads whose length is told later: what is held for them grows with their bytes, until the length is known.</summary>
public sealed class SessionLengths(NpgsqlDataSource database)
{
    // Holds more or less at every level, or nothing changes; what is held already asks for no room. $3 is the upload, $4 its uploader, $5 what is to be
    // held in all, $8 where it must stand, $9 what it may have with its kin, $10 whose part it must be. The session's row is locked first, then user,
    // workspace and link, as everywhere.
    private const string Reserve = $"""
        WITH held AS MATERIALIZED (
            SELECT id, user_id, workspace_id, link_id, $5 - reserved_size AS more, $5 + (
                       SELECT COALESCE(sum(COALESCE(kin.total_size, kin.uploaded_size)), 0)
                         FROM tus_upload.upload_sessions kin WHERE kin.final_id = session.final_id AND kin.id <> session.id) AS size
              FROM tus_upload.upload_sessions session
             WHERE id = $3 AND uploader_id = $4 AND status = 'receiving' AND {SessionState.Expiry} > $1 AND total_size IS NULL
               AND part_ids IS NULL AND uploaded_size <= $5 AND ($7 IS NULL OR lease_epoch = $7) AND ($8 IS NULL OR uploaded_size = $8)
               AND ($10 IS NULL OR COALESCE(final_id, '00000000-0000-0000-0000-000000000000') = $10)
               FOR NO KEY UPDATE
        ), account AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.users WHERE id = (SELECT user_id FROM held) FOR NO KEY UPDATE
        ), space AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.workspaces WHERE id = (SELECT workspace_id FROM held) AND EXISTS (SELECT FROM account) FOR NO KEY UPDATE
        ), through AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, max_file_size AS largest,
                   ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.links WHERE id = (SELECT link_id FROM held) AND EXISTS (SELECT FROM space) FOR NO KEY UPDATE
        ), admitted AS MATERIALIZED (
            SELECT held.* FROM held, account, space
             WHERE (more <= 0 OR (COALESCE(account.room >= more, true) AND COALESCE(space.room >= more, true)))
               AND NOT EXISTS (SELECT FROM through WHERE (more > 0 AND room < more) OR largest < size)
               AND COALESCE(size <= $9, true)
        ), change AS (
            SELECT user_id, workspace_id, link_id, more AS reserved, 0 AS used, 0 AS files, 0 AS visits FROM admitted
        ), {StorageCounting.Sql}
        """;

    private const string Refusal = """
        SELECT EXISTS (SELECT FROM session), EXISTS (SELECT FROM held),
               (SELECT storage FROM account), (SELECT storage FROM space), (SELECT storage FROM through),
               (SELECT largest FROM through, held WHERE largest < size), (SELECT size FROM held WHERE $9 < size)
        """;

    // Parts that tell their lengths at once are told one after another what they have together. Each of these is a statement of its own, because what
    // comes after a lock must see what was committed before it: the part, to know whose it is; its final; and then the others' lengths.
    private const string TurnSql = "SELECT id FROM tus_upload.upload_sessions WHERE id = $1 AND uploader_id = $2 AND is_partial FOR NO KEY UPDATE";

    private const string FinalTurnSql = """
        SELECT final.id FROM tus_upload.upload_sessions part JOIN tus_upload.upload_sessions final ON final.id = part.final_id
         WHERE part.id = $1 AND part.uploader_id = $2 FOR NO KEY UPDATE OF final
        """;

    // A writer that began without the length could go past it: the new epoch ends its lease, unless it is the writer who tells ($7).
    private const string DeclareSql = $"""
        {Reserve}, session AS (
            UPDATE tus_upload.upload_sessions s
               SET total_size = $5, reserved_size = $5, last_activity_at = $1,
                   status = CASE WHEN s.uploaded_size = $5 AND $6 AND NOT s.is_partial THEN 'received' ELSE s.status END,
                   lease_node = CASE WHEN $7 IS NULL THEN NULL ELSE s.lease_node END,
                   lease_epoch = s.lease_epoch + CASE WHEN $7 IS NULL THEN 1 ELSE 0 END
              FROM admitted WHERE s.id = admitted.id
            RETURNING s.*
        ), {SessionEvents.Received}, {BatchCounting.Sql}
        {Refusal}
        """;

    private const string GrowSql = $"""
        {Reserve}, session AS (
            UPDATE tus_upload.upload_sessions s SET reserved_size = $5 FROM admitted WHERE s.id = admitted.id AND $2 IS NULL AND NOT $6
            RETURNING s.id
        )
        {Refusal}
        """;

    /// <summary>
    /// Fixes the length, holds exactly that much and, where all of it is there, completes the upload. Not found where the upload stands no more at
    /// <paramref name="offset"/>, for a request that comes late says nothing of what was sent since, and where it is a part and was none when it was read.
    /// </summary>
    /// <param name="end">
    /// Digest of the whole, where one process saw it all in order; and false where the length does not complete it: its client has still to say so.
    /// </param>
    /// <param name="most">Bytes that it may have, a part with the others of its final; null: no limit but its link's.</param>
    public Task<Reservation> DeclareAsync(
        SessionState upload, long offset, long length, long? most, (string? Sha256, bool Finishes) end, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            DeclareSql, upload.Id, upload.UploaderId, length, new(end.Sha256, end.Finishes, null, offset, most, upload.FinalId ?? Guid.Empty), now,
            cancellationToken);

    /// <summary>The same by the writer itself, who goes on under its lease; its commit completes the upload. Not found once the lease is another's.</summary>
    public Task<Reservation> DeclareAsync(SessionState lease, long length, long? most, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(
            DeclareSql, lease.Id, lease.UploaderId, length, new(null, false, lease.LeaseEpoch, null, most, lease.FinalId ?? Guid.Empty), now,
            cancellationToken);

    /// <summary>Holds <paramref name="size"/> bytes in all for an upload of unknown length, before bytes beyond what is held are taken.</summary>
    public Task<Reservation> GrowAsync(Guid id, string uploaderId, long size, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(GrowSql, id, uploaderId, size, new(null, false, null, null), now, cancellationToken);

    /// <summary>The same by a writer, under its lease.</summary>
    public Task<Reservation> GrowAsync(SessionState lease, long size, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(GrowSql, lease.Id, lease.UploaderId, size, new(null, false, lease.LeaseEpoch, null), now, cancellationToken);

    private async Task<Reservation> RunAsync(
        string sql, Guid id, string uploaderId, long size, Telling telling, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Without a transaction of its own a batch is one.
        await using var batch = database.CreateBatch();
        if (telling.FinalId is not null)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TurnSql).With(id).With(uploaderId));
            batch.BatchCommands.Add(new NpgsqlBatchCommand(FinalTurnSql).With(id).With(uploaderId));
        }

        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)
            .With(now).With(telling.Sha256).With(id).With(uploaderId).With(size).With(telling.Finishes).With(telling.LeaseEpoch).With(telling.Offset)
            .With(telling.Most).With(telling.FinalId));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        for (var turns = batch.BatchCommands.Count - 1; turns > 0; turns--)
        {
            await row.NextResultAsync(cancellationToken);
        }

        await row.ReadAsync(cancellationToken);
        return new(
            row.GetBoolean(0),
            row.GetBoolean(1),
            StorageRoom.Read(row, 2),
            row.IsDBNull(5) ? null : row.GetInt64(5),
            row.IsDBNull(6) ? null : row.GetInt64(6));
    }

    /// <param name="FinalId">Empty: it must be nobody's part; null: whoever's.</param>
    private readonly record struct Telling(
        string? Sha256, bool Finishes, long? LeaseEpoch, long? Offset, long? Most = null, Guid? FinalId = null);
}

/// <summary>What came of asking to hold more: done, or not there any more, or what was left at each level.</summary>
/// <param name="Largest">The largest file of the link, where this would be larger; null: it would not.</param>
/// <param name="TooLarge">Bytes that it would have with its kin, where that is more than was allowed; null: it is not.</param>
public sealed record Reservation(bool Made, bool Found, StorageRoom Room, long? Largest, long? TooLarge);
