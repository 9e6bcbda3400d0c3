using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Batches;
using TusUpload.Data.Connections;
using TusUpload.Data.Files;
using TusUpload.Data.Links;

namespace TusUpload.Data.Sessions;

/// <summary>POST: one statement admits, reserves, creates and, for a body that arrived whole, completes.</summary>
public sealed class SessionCreation
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
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage,
                   name_policy = 'refuse' AND NOT $21 AS refuses, name_policy = 'replace' AND octet_length(normalize($9)) <= 2000 AS replaces
              FROM tus_upload.workspaces
             WHERE id = $5 AND user_id = $4 AND deleted_at IS NULL AND EXISTS (SELECT FROM account)
               AND ($7 IS NOT NULL OR $26 = $4 OR EXISTS (SELECT FROM member)) FOR NO KEY UPDATE
        ), through AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage,
                   folder_id, max_file_size AS largest, allowed_types AS types, {LinkRefusal.Sql} AS refusal
              FROM tus_upload.links
             WHERE id = $7 AND workspace_id = $5 AND revoked_at IS NULL AND EXISTS (SELECT FROM space) FOR NO KEY UPDATE
        {(inBatch ? Target : "")}), folder AS MATERIALIZED (
            SELECT f.id FROM tus_upload.folders f
             WHERE f.id = COALESCE($6, (SELECT folder_id FROM through)) AND f.workspace_id = $5 AND f.deleted_at IS NULL AND ($30 IS NULL OR f.path = $30)
               AND NOT EXISTS (
                   SELECT FROM through JOIN tus_upload.folders top ON top.id = through.folder_id
                    WHERE f.id <> top.id AND NOT starts_with(f.path, top.path || '/'))
        ), place AS MATERIALIZED (
            SELECT EXISTS (SELECT FROM folder) OR ($6 IS NULL AND NOT EXISTS (SELECT FROM through WHERE folder_id IS NOT NULL)) AS is_there
        ), taken AS MATERIALIZED (
            SELECT FROM tus_upload.files
             WHERE (SELECT refuses FROM space) AND workspace_id = $5 AND hashtextextended(file_name, 0) = hashtextextended(normalize($9), 0)
               AND file_name = normalize($9) AND folder_id IS NOT DISTINCT FROM (SELECT id FROM folder) AND deleted_at IS NULL
               AND processing_status <> 'rejected'
            UNION ALL
            SELECT FROM tus_upload.upload_sessions
             WHERE (SELECT refuses FROM space) AND workspace_id = $5 AND hashtextextended(file_name, 0) = hashtextextended(normalize($9), 0)
               AND file_name = normalize($9) AND folder_id IS NOT DISTINCT FROM (SELECT id FROM folder) AND status = 'receiving' AND NOT is_partial
               AND {SessionState.Expiry} > $1
        ), admitted AS MATERIALIZED (
            SELECT 1 FROM account, space
             WHERE ($15 = 0 OR (COALESCE(account.room >= $15, true) AND COALESCE(space.room >= $15, true)))
               AND ($7 IS NULL OR EXISTS (SELECT FROM through WHERE refusal IS NULL AND ($15 = 0 OR COALESCE(room >= $15, true))))
               {(inBatch ? "AND EXISTS (SELECT FROM target WHERE CASE WHEN is_open THEN NOT is_listed OR EXISTS (SELECT FROM line) ELSE takes_late END)" : "")}
               AND EXISTS (SELECT FROM place WHERE is_there)
               AND ($25 IS NULL OR now() < $25)
               AND (NOT space.refuses OR ($31 AND NOT EXISTS (SELECT FROM taken)))
        ), change AS (
            SELECT $4 AS user_id, $5 AS workspace_id, $7 AS link_id, $15 AS reserved, 0 AS used,
                   CASE WHEN $7 IS NULL OR $21 THEN 0 ELSE 1 END AS files, CASE WHEN $28 THEN 1 ELSE 0 END AS visits
              FROM admitted
        ), {StorageCounting.Levels}, session AS (
            INSERT INTO tus_upload.upload_sessions (id, user_id, uploader_id, workspace_id, folder_id, link_id, batch_id, file_name, relative_path,
                content_type, metadata, file_hash, total_size, reserved_size, uploaded_size, chunk_size, completed_chunks, status,
                content_node, lease_node, lease_epoch, content_removed, created_at, last_activity_at, expires_at,
                is_partial, resume_key, promised_sha512, token_revision, replaces, is_late)
            SELECT $3, $4, $26, $5, (SELECT id FROM folder), $7, $8, normalize($9), normalize($10),
                $11, $12, $13, $14, $15, $16, $16, CASE WHEN $16 > 0 THEN 1 ELSE 0 END,
                CASE WHEN $24 THEN 'received' ELSE 'receiving' END,
                $18, $19, CASE WHEN $19 IS NULL THEN 0 ELSE 1 END, false, $1, $1, $20,
                $21, $22, $23, 0, (SELECT replaces FROM space), {(inBatch ? "EXISTS (SELECT FROM target WHERE NOT is_open)" : "false")}
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
               (SELECT is_there FROM place), $7 IS NULL OR EXISTS (SELECT FROM through),
               {(inBatch ? Answer : "true, true, true")},
               (SELECT storage FROM account), (SELECT storage FROM space), (SELECT storage FROM through),
               $25 IS NULL OR now() < $25, EXISTS (SELECT FROM taken), EXISTS (SELECT FROM space WHERE refuses AND NOT $31),
               (SELECT refusal FROM through), (SELECT largest FROM through), (SELECT types FROM through)
        """;

    // Before the statement, whose snapshot is taken once the account's row is ours: it sees every counter as it is. Creations that all come to an old
    // version of the row, and follow it to the newest one in the middle of the statement, have been seen to wait for each other there in a circle.
    private const string AccountSql = "SELECT FROM tus_upload.users WHERE id = $1 FOR NO KEY UPDATE";

    private const string RoomSql = """
        SELECT (SELECT ARRAY[storage_limit, storage_used, storage_reserved] FROM tus_upload.users WHERE id = $1),
               (SELECT ARRAY[storage_limit, storage_used, storage_reserved] FROM tus_upload.workspaces WHERE id = $2),
               (SELECT ARRAY[storage_limit, storage_used, storage_reserved] FROM tus_upload.links WHERE id = $3)
        """;

    // Emptied rather than trimmed: what falls out costs one round trip more.
    private const int Most = 10_000;

    private readonly NpgsqlDataSource _database;
    private readonly SessionGroups _groups;

    // Workspaces that refused names when they were last asked: there the turn comes with the statement.
    private readonly ConcurrentDictionary<Guid, bool> _refusing = new();

    public SessionCreation(NpgsqlDataSource database, IOptions<DatabaseOptions> options) =>
        (_database, _groups) = (database, new(CreateAloneAsync, CreateAllAsync, options.Value.QueueTimeout));

    /// <summary>
    /// Throws <see cref="NotAskedException"/> where no connection was to be had: then nothing was made. After any other exception it may have been. What is asked
    /// for while the same account's last upload is being made waits, no longer than for a connection, and shares a statement, which no token ends.
    /// </summary>
    public Task<Admission> CreateAsync(NewSession upload, CancellationToken cancellationToken) =>
        SessionGroups.Takes(upload) && !_refusing.ContainsKey(upload.WorkspaceId)
            ? _groups.CreateAsync(upload, cancellationToken)
            : CreateAloneAsync(upload, cancellationToken);

    private async Task<bool> CreateAllAsync(IReadOnlyList<NewSession> uploads)
    {
        await using var connection = await OpenAsync(CancellationToken.None);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AccountSql).With(uploads[0].UserId));
        batch.BatchCommands.Add(SessionGroups.Command(uploads));
        await using var row = await batch.ExecuteReaderAsync();
        await row.NextResultAsync();
        await row.ReadAsync();
        var made = row.GetBoolean(0);

        // To the end, which comes after the commit.
        await row.NextResultAsync();
        return made;
    }

    private async Task<Admission> CreateAloneAsync(NewSession upload, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        var admission = await RunAsync(connection, upload, _refusing.ContainsKey(upload.WorkspaceId), cancellationToken);
        if (!admission.NeedsTurn)
        {
            return admission;
        }

        if (_refusing.Count >= Most)
        {
            _refusing.Clear();
        }

        _refusing[upload.WorkspaceId] = true;
        return await RunAsync(connection, upload, takesTurn: true, cancellationToken);
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
        await using var command = _database.CreateCommand(RoomSql);
        await using var row = await command.With(userId).With(workspaceId).With(linkId).ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return StorageRoom.Read(row, 0);
    }

    /// <summary>As a part of something larger, which has taken the name's turn.</summary>
    internal static async Task<Admission> CreateAsync(NewSession upload, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        return await RunAsync(batch, upload, hasTurn: true, cancellationToken);
    }

    // Without a transaction of its own a batch is one.
    private static async Task<Admission> RunAsync(NpgsqlConnection connection, NewSession upload, bool takesTurn, CancellationToken cancellationToken)
    {
        await using var batch = new NpgsqlBatch(connection);
        if (takesTurn)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(TakenNames.TurnSql).With(upload.WorkspaceId).With(upload.FileName));
        }

        return await RunAsync(batch, upload, takesTurn, cancellationToken);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _database.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException trouble)
        {
            throw new NotAskedException(trouble);
        }
    }

    private static async Task<Admission> RunAsync(NpgsqlBatch batch, NewSession upload, bool hasTurn, CancellationToken cancellationToken)
    {
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AccountSql).With(upload.UserId));
        var before = batch.BatchCommands.Count;
        var command = new NpgsqlBatchCommand(upload.BatchId is null ? CreateSql : CreateInBatchSql)
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
            .With(upload.UploaderId)
            .With(upload.IsVisitor)
            .With(upload.IsFirstVisit)
            .With(upload.Begun)
            .With(upload.FolderPath)
            .With(hasTurn);

        batch.BatchCommands.Add(command);
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        for (; before > 0; before--)
        {
            await row.NextResultAsync(cancellationToken);
        }

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
            NameTaken = row.GetBoolean(12),
            NeedsTurn = row.GetBoolean(13),
            LinkRefusal = row.IsDBNull(14) ? null : row.GetString(14),
            LinkLargest = row.IsDBNull(15) ? null : row.GetInt64(15),
            LinkTypes = row.IsDBNull(16) ? null : row.GetFieldValue<string[]>(16),
        };
    }
}
