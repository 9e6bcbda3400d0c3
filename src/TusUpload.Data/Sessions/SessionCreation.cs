using Npgsql;

using TusUpload.Data.Batches;
using TusUpload.Data.Connections;

namespace TusUpload.Data.Sessions;

/// <summary>POST: one statement admits, reserves, creates and, for a body that arrived whole, completes.</summary>
public sealed class SessionCreation(NpgsqlDataSource database)
{
    // Most uploads go into no batch, and would pay for all of it.
    private const string Target = """
        ), target AS MATERIALIZED (
            SELECT status = 'open' AND (expected_files IS NULL OR joined_files < expected_files) AND COALESCE(expires_at > $1, true) AS is_open,
                   late_files = 'accept' AS takes_late, EXISTS (SELECT FROM tus_upload.batch_files WHERE batch_id = $8) AS is_listed
              FROM tus_upload.batches
             WHERE id = $8 AND user_id = $4 AND workspace_id = $5 AND ($7 IS NULL OR uploader_id = $26) AND EXISTS (SELECT FROM space)
               AND ($7 IS NULL OR EXISTS (SELECT FROM through)) FOR NO KEY UPDATE
        ), line AS MATERIALIZED (
            SELECT ordinal FROM tus_upload.batch_files
             WHERE batch_id = $8 AND name IN (normalize($10), normalize($9)) AND upload_id IS NULL AND (size = $14 OR size IS NULL OR $14 IS NULL)
               AND EXISTS (SELECT FROM target WHERE is_open AND is_listed)
             ORDER BY name = normalize($10) DESC, size IS NULL, ordinal LIMIT 1 FOR NO KEY UPDATE
        """;

    private const string Counting = $"""
        , delta AS (
            SELECT batch_id, 1 AS joined, CASE WHEN status = 'received' THEN 1 ELSE 0 END AS received, 0 AS processed, 0 AS failed,
                   CASE WHEN status = 'received' THEN total_size ELSE 0 END AS bytes
              FROM session WHERE NOT is_late
        ), {BatchCounting.Sql}, late AS (
            UPDATE tus_upload.batches b SET late_joined = b.late_joined + 1 FROM session WHERE b.id = session.batch_id AND session.is_late
        ), line_taken AS (
            UPDATE tus_upload.batch_files f SET upload_id = $3 FROM line, admitted WHERE f.batch_id = $8 AND f.ordinal = line.ordinal
        )
        """;

    private const string Answer = """
        EXISTS (SELECT FROM target), EXISTS (SELECT FROM target WHERE is_open OR takes_late),
        NOT EXISTS (SELECT FROM target WHERE is_open AND is_listed) OR EXISTS (SELECT FROM line)
        """;

    private static readonly string CreateSql = Sql(inBatch: false);
    private static readonly string CreateInBatchSql = Sql(inBatch: true);

    // All or nothing: the rows of every level are locked first, always in the order user, workspace, link, batch (each CTE asks for the
    // one before it, so two statements can never wait for each other), and read in their newest version. Only when all of them agree
    // (admitted has its row) does anything change. Reserved + used <= limit holds because nobody else can reserve in between. A manifest's line comes
    // after its batch, and one that another upload took meanwhile is passed over.
    private static string Sql(bool inBatch) => $"""
        WITH account AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.users WHERE id = $4 FOR NO KEY UPDATE
        ), member AS (
            SELECT FROM tus_upload.workspace_members WHERE workspace_id = $5 AND user_id = $26 AND role IN ('contributor', 'editor', 'manager')
        ), space AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.workspaces
             WHERE id = $5 AND user_id = $4 AND deleted_at IS NULL AND EXISTS (SELECT FROM account)
               AND ($7 IS NOT NULL OR $26 = $4 OR EXISTS (SELECT FROM member)) FOR NO KEY UPDATE
        ), through AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.links
             WHERE id = $7 AND workspace_id = $5 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)
               AND EXISTS (SELECT FROM space) FOR NO KEY UPDATE
        {(inBatch ? Target : "")}), folder AS MATERIALIZED (
            SELECT id FROM tus_upload.folders WHERE id = $6 AND workspace_id = $5 AND deleted_at IS NULL
        ), admitted AS MATERIALIZED (
            SELECT 1 FROM account, space
             WHERE ($15 = 0 OR (COALESCE(account.room >= $15, true) AND COALESCE(space.room >= $15, true)))
               AND ($7 IS NULL OR EXISTS (SELECT FROM through WHERE $15 = 0 OR COALESCE(room >= $15, true)))
               {(inBatch ? "AND EXISTS (SELECT FROM target WHERE CASE WHEN is_open THEN NOT is_listed OR EXISTS (SELECT FROM line) ELSE takes_late END)" : "")}
               AND ($6 IS NULL OR EXISTS (SELECT FROM folder))
               AND ($25 IS NULL OR now() < $25)
        ), change AS (
            SELECT $4 AS user_id, $5 AS workspace_id, $7 AS link_id, $15 AS reserved, 0 AS used FROM admitted
        ), {StorageCounting.Levels}, session AS (
            INSERT INTO tus_upload.upload_sessions (id, user_id, uploader_id, workspace_id, folder_id, link_id, batch_id, file_name, relative_path,
                content_type, metadata, file_hash, total_size, reserved_size, uploaded_size, chunk_size, completed_chunks, status,
                content_node, lease_node, lease_epoch, content_removed, created_at, last_activity_at, expires_at,
                is_partial, resume_key, promised_sha512, token_revision, is_late)
            SELECT $3, $4, $26, $5, $6, $7, $8, normalize($9), normalize($10),
                $11, $12, $13, $14, $15, $16, $16, CASE WHEN $16 > 0 THEN 1 ELSE 0 END,
                CASE WHEN $24 THEN 'received' ELSE 'receiving' END,
                $18, $19, CASE WHEN $19 IS NULL THEN 0 ELSE 1 END, false, $1, $1, $20,
                $21, $22, $23, 0, {(inBatch ? "EXISTS (SELECT FROM target WHERE NOT is_open)" : "false")}
              FROM admitted
            RETURNING *
        ), chunk AS (
            INSERT INTO tus_upload.upload_chunks (session_id, chunk_index, chunk_offset, chunk_size, checksum, uploaded_at)
            SELECT id, 0, 0, $16, $17, $1 FROM session WHERE $16 > 0
        ), {SessionEvents.FileRow}, event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT type, user_id, uploader_id, workspace_id, subject, data, $1
              FROM (
                  SELECT place, type, user_id, NULLIF(uploader_id, user_id) AS uploader_id, workspace_id, id AS subject, {SessionEvents.Data} AS data
                    FROM session, (VALUES (1, 'upload.created', 'receiving'), (2, 'upload.received', 'received')) AS told (place, type, since)
                   WHERE NOT is_partial AND (place = 1 OR status = since)
                  UNION ALL
                  SELECT 2 + place, 'quota.warning', user_id, NULL, workspace_id, subject, {StorageWarnings.Data} FROM counted WHERE storage_warned > 0
              ) AS told
             ORDER BY place
        ){(inBatch ? Counting : "")}
        SELECT EXISTS (SELECT FROM session), EXISTS (SELECT FROM account), EXISTS (SELECT FROM space),
               $6 IS NULL OR EXISTS (SELECT FROM folder), $7 IS NULL OR EXISTS (SELECT FROM through),
               {(inBatch ? Answer : "true, true, true")},
               (SELECT storage FROM account), (SELECT storage FROM space), (SELECT storage FROM through),
               $25 IS NULL OR now() < $25
        """;

    private const string RoomSql = """
        SELECT (SELECT ARRAY[storage_limit, storage_used, storage_reserved] FROM tus_upload.users WHERE id = $1),
               (SELECT ARRAY[storage_limit, storage_used, storage_reserved] FROM tus_upload.workspaces WHERE id = $2),
               (SELECT ARRAY[storage_limit, storage_used, storage_reserved] FROM tus_upload.links WHERE id = $3)
        """;

    /// <summary>Throws <see cref="NotAskedException"/> where no connection was to be had: then nothing was made. After any other exception it may have been.</summary>
    public async Task<Admission> CreateAsync(NewSession upload, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(upload.BatchId is null ? CreateSql : CreateInBatchSql, connection);
        return await RunAsync(command, upload, cancellationToken);
    }

    /// <summary>What <see cref="CreateAsync(NewSession, CancellationToken)"/> would answer now: the same statement, taken back.</summary>
    public async Task<Admission> TryAsync(NewSession upload, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        return await CreateAsync(upload, transaction, cancellationToken);
    }

    /// <summary>What is left where an upload would count.</summary>
    public async Task<StorageRoom> RoomAsync(string userId, Guid workspaceId, Guid? linkId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RoomSql);
        await using var row = await command.With(userId).With(workspaceId).With(linkId).ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return StorageRoom.Read(row, 0);
    }

    /// <summary>As a part of something larger.</summary>
    internal static async Task<Admission> CreateAsync(NewSession upload, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(upload.BatchId is null ? CreateSql : CreateInBatchSql, transaction.Connection, transaction);
        return await RunAsync(command, upload, cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await database.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException trouble)
        {
            throw new NotAskedException(trouble);
        }
    }

    private static async Task<Admission> RunAsync(NpgsqlCommand command, NewSession upload, CancellationToken cancellationToken)
    {
        command
            .With(upload.Now)
            .With(upload.Sha256)
            .With(upload.Id)
            .With(upload.UserId)
            .With(upload.WorkspaceId)
            .With(upload.FolderId)
            .With(upload.LinkId)
            .With(upload.BatchId)
            .With(upload.FileName)
            .With(upload.RelativePath)
            .With(upload.ContentType)
            .With(upload.Metadata)
            .With(upload.FileHash)
            .With(upload.TotalSize)
            .With(upload.Held ?? upload.TotalSize ?? upload.UploadedSize)
            .With(upload.UploadedSize)
            .With(upload.FirstSpan?.Checksum)
            .With(upload.ContentNode)
            .With(upload.IsReceived ? null : upload.LeaseNode)
            .With(upload.ExpiresAt)
            .With(upload.IsPartial)
            .With(upload.ResumeKey)
            .With(upload.PromisedSha512)
            .With(upload.IsReceived)
            .With(upload.FirstSpan is null ? null : upload.BytesKeptUntil)
            .With(upload.UploaderId);

        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return new()
        {
            Made = row.GetBoolean(0),
            UserKnown = row.GetBoolean(1),
            WorkspaceKnown = row.GetBoolean(2),
            FolderKnown = row.GetBoolean(3),
            LinkKnown = row.GetBoolean(4),
            BatchKnown = row.GetBoolean(5),
            BatchOpen = row.GetBoolean(6),
            InManifest = row.GetBoolean(7),
            Room = row.GetBoolean(0) ? StorageRoom.Unasked : StorageRoom.Read(row, 8),
            InTime = row.GetBoolean(11),
        };
    }
}
