using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Sessions;

/// <summary>
/// Creations that are asked for while another one of the same account is being made, in one statement when that is done (group commit): the account's
/// row, for which each would wait in turn, is locked once, and what a statement costs before its first row is paid once. A group is made whole or not at
/// all; of one that is not, each is asked for alone, and is told why. Whoever dies during it has made all of it or nothing, as with a single one.
/// </summary>
/// <param name="patience">How long one may wait for its turn: who waited longer was not asked for, and nothing was made.</param>
internal sealed class SessionGroups(
    Func<NewSession, CancellationToken, Task<Admission>> createAlone, Func<IReadOnlyList<NewSession>, Task<bool>> createAll, TimeSpan patience)
{
    private const int Most = 64;
    private const string Deadlock = PostgresErrorCodes.DeadlockDetected;

    private const string CreateSql = $"""
        WITH account AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room FROM tus_upload.users WHERE id = $2 FOR NO KEY UPDATE
        ), space AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, name_policy = 'replace' AS replaces
              FROM tus_upload.workspaces
             WHERE id = $3 AND user_id = $2 AND deleted_at IS NULL AND name_policy <> 'refuse' AND EXISTS (SELECT FROM account) FOR NO KEY UPDATE
        ), asked AS MATERIALIZED (
            SELECT *
              FROM unnest($6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25) WITH ORDINALITY AS asked (
                   id, folder_id, folder_path, file_name, relative_path, content_type, metadata, file_hash, promised_sha512, resume_key, total_size,
                   reserved_size, uploaded_size, checksum, content_node, lease_node, expires_at, is_partial, status, sha256, place)
        ), admitted AS MATERIALIZED (
            SELECT space.replaces FROM account, space
             WHERE ($4 = 0 OR (COALESCE(account.room >= $4, true) AND COALESCE(space.room >= $4, true)))
               AND ($5 IS NULL OR now() < $5)
               AND NOT EXISTS (
                   SELECT FROM asked
                    WHERE asked.folder_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM tus_upload.folders f
                         WHERE f.id = asked.folder_id AND f.workspace_id = $3 AND f.deleted_at IS NULL
                           AND (asked.folder_path IS NULL OR f.path = asked.folder_path)))
        ), change AS (
            SELECT $2 AS user_id, $3 AS workspace_id, NULL::uuid AS link_id, $4 AS reserved, 0 AS used, 0 AS files, 0 AS visits FROM admitted
        ), {StorageCounting.Levels}, session AS (
            INSERT INTO tus_upload.upload_sessions (id, user_id, uploader_id, workspace_id, folder_id, file_name, relative_path,
                content_type, metadata, file_hash, total_size, reserved_size, uploaded_size, chunk_size, completed_chunks, status,
                content_node, lease_node, lease_epoch, content_removed, created_at, last_activity_at, expires_at,
                is_partial, resume_key, promised_sha512, token_revision, replaces, is_late)
            SELECT asked.id, $2, $2, $3, asked.folder_id, normalize(asked.file_name), normalize(asked.relative_path),
                asked.content_type, asked.metadata, asked.file_hash, asked.total_size, asked.reserved_size, asked.uploaded_size, asked.uploaded_size,
                CASE WHEN asked.uploaded_size > 0 THEN 1 ELSE 0 END, asked.status,
                asked.content_node, asked.lease_node, CASE WHEN asked.lease_node IS NULL THEN 0 ELSE 1 END, false, $1, $1, asked.expires_at,
                asked.is_partial, asked.resume_key, asked.promised_sha512, 0,
                admitted.replaces AND octet_length(normalize(asked.file_name)) <= 2000, false
              FROM asked, admitted ORDER BY asked.place
            RETURNING *
        ), chunk AS (
            INSERT INTO tus_upload.upload_chunks (session_id, chunk_index, chunk_offset, chunk_size, checksum, uploaded_at)
            SELECT session.id, 0, 0, asked.uploaded_size, asked.checksum, $1
              FROM session JOIN asked ON asked.id = session.id WHERE asked.uploaded_size > 0
        ), {SessionEvents.FileRows}, event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT type, user_id, NULL, workspace_id, subject, data, $1
              FROM (
                  SELECT asked.place, told.place AS rank, told.type, session.user_id, session.workspace_id, session.id AS subject,
                         {SessionEvents.Data} AS data
                    FROM session JOIN asked ON asked.id = session.id,
                         (VALUES (1, 'upload.created', 'receiving'), (2, 'upload.received', 'received')) AS told (place, type, since)
                   WHERE NOT session.is_partial AND (told.place = 1 OR session.status = told.since)
                  UNION ALL
                  SELECT 1000000, place, 'quota.warning', user_id, workspace_id, subject, {StorageWarnings.Data} FROM counted WHERE storage_warned > 0
              ) AS told
             ORDER BY place, rank
        )
        SELECT EXISTS (SELECT FROM session)
        """;

    private readonly Lock _lock = new();

    // Accounts of which something is being made, with what waits for that.
    private readonly Dictionary<(string UserId, Guid WorkspaceId), Queue<Waiting>> _waiting = [];

    /// <summary>Whether it is as plain as a group needs: an owner's upload into its own workspace, through no link and for no batch.</summary>
    public static bool Takes(NewSession upload) =>
        upload is { LinkId: null, BatchId: null, IsVisitor: false, Begun: null } && upload.UploaderId == upload.UserId;

    public static NpgsqlBatchCommand Command(IReadOnlyList<NewSession> uploads) => new NpgsqlBatchCommand(CreateSql)
        .With(uploads.Max(upload => upload.Now))
        .With(uploads[0].UserId)
        .With(uploads[0].WorkspaceId)
        .With(uploads.Sum(Held))
        .With(uploads.Min(upload => upload.FirstSpan is null ? null : upload.BytesKeptUntil))
        .With(Each(uploads, upload => upload.Id))
        .With(Each(uploads, upload => upload.FolderId))
        .With(Each(uploads, upload => upload.FolderPath))
        .With(Each(uploads, upload => upload.FileName))
        .With(Each(uploads, upload => upload.RelativePath))
        .With(Each(uploads, upload => upload.ContentType))
        .With(Each(uploads, upload => upload.Metadata))
        .With(Each(uploads, upload => upload.FileHash))
        .With(Each(uploads, upload => upload.PromisedSha512))
        .With(Each(uploads, upload => upload.ResumeKey))
        .With(Each(uploads, upload => upload.TotalSize))
        .With(Each(uploads, Held))
        .With(Each(uploads, upload => upload.UploadedSize))
        .With(Each(uploads, upload => upload.FirstSpan?.Checksum))
        .With(Each(uploads, upload => upload.ContentNode))
        .With(Each(uploads, upload => upload.IsReceived ? null : upload.LeaseNode))
        .With(Each(uploads, upload => upload.ExpiresAt))
        .With(Each(uploads, upload => upload.IsPartial))
        .With(Each(uploads, upload => upload.IsReceived ? "received" : "receiving"))
        .With(Each(uploads, upload => upload.Sha256));

    /// <inheritdoc cref="SessionCreation.CreateAsync(NewSession, CancellationToken)"/>
    public Task<Admission> CreateAsync(NewSession upload, CancellationToken cancellationToken)
    {
        var (key, waiting) = ((upload.UserId, upload.WorkspaceId), new Waiting(upload, cancellationToken));
        lock (_lock)
        {
            if (_waiting.TryGetValue(key, out var others))
            {
                others.Enqueue(waiting);
                return waiting.Answer.Task;
            }

            _waiting[key] = new([waiting]);
        }

        // What goes on for others is no part of this request.
        ThreadPool.UnsafeQueueUserWorkItem(static asked => _ = asked.Groups.CreateAsync(asked.Key), (Groups: this, Key: key), preferLocal: false);
        return waiting.Answer.Task;
    }

    private static T[] Each<T>(IReadOnlyList<NewSession> uploads, Func<NewSession, T> member) => [.. uploads.Select(member)];

    private static long Held(NewSession upload) => upload.Held ?? upload.TotalSize ?? upload.UploadedSize;

    private async Task CreateAsync((string, Guid) key)
    {
        for (var group = TakeNext(key); group.Count > 0; group = TakeNext(key))
        {
            try
            {
                await CreateAsync(group);
            }
            catch (Exception failure)
            {
                group.ForEach(waiting => waiting.Answer.TrySetException(failure));
            }
        }
    }

    private List<Waiting> TakeNext((string, Guid) key)
    {
        lock (_lock)
        {
            var (next, others) = (new List<Waiting>(), _waiting[key]);
            while (next.Count < Most && others.TryDequeue(out var waiting))
            {
                if (waiting.IsWanted(patience))
                {
                    next.Add(waiting);
                }
            }

            if (next.Count == 0)
            {
                _waiting.Remove(key);
            }

            return next;
        }
    }

    private async Task CreateAsync(List<Waiting> group)
    {
        if (group.Count > 1 && await TryAllAsync(group))
        {
            group.ForEach(waiting => waiting.Answer.SetResult(new() { Made = true, InTime = true, Room = StorageRoom.Unasked }));
            return;
        }

        foreach (var waiting in group.Where(waiting => waiting.IsWanted(patience)))
        {
            try
            {
                waiting.Answer.SetResult(await createAlone(waiting.Upload, waiting.Token));
            }
            catch (Exception failure)
            {
                waiting.Answer.SetException(failure);
            }
        }
    }

    private async Task<bool> TryAllAsync(List<Waiting> group)
    {
        try
        {
            return await createAll([.. group.Select(waiting => waiting.Upload)]);
        }
        catch (Exception refusal) when (refusal is OverflowException or PostgresException { IsTransient: false } or PostgresException { SqlState: Deadlock })
        {
            // Nothing was made. One of them may be what no row can hold, or all together what no counter can.
            return false;
        }
    }

    private sealed record Waiting(NewSession Upload, CancellationToken Token)
    {
        private readonly long _since = TimeProvider.System.GetTimestamp();

        public TaskCompletionSource<Admission> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>False where it has been answered that nothing was made: its client has gone, or waited for as long as anybody may.</summary>
        public bool IsWanted(TimeSpan patience)
        {
            if (Token.IsCancellationRequested)
            {
                Answer.SetCanceled(Token);
                return false;
            }

            if (TimeProvider.System.GetElapsedTime(_since) > patience)
            {
                Answer.SetException(new NotAskedException(new("The account's uploads before it took too long.", new TimeoutException())));
                return false;
            }

            return true;
        }
    }
}
