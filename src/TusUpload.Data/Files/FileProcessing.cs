using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Batches;
using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;

namespace TusUpload.Data.Files;

/// <summary>
/// A file's way from received to its end. Each statement is one transaction and says the same thing when it is run twice: what has
/// happened already is not matched again.
/// </summary>
public sealed class FileProcessing([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    private const string BeginSql = $"""
        WITH before AS MATERIALIZED (
            SELECT id, processing_status, CASE WHEN $5 THEN 0 ELSE open_runs END AS open_runs FROM tus_upload.files
             WHERE id = $2 AND processing_status IN ('received', 'verifying', 'scanning', 'storing') AND deleted_at IS NULL
               FOR NO KEY UPDATE
        ), file AS (
            UPDATE tus_upload.files f
               SET processing_status = CASE WHEN before.processing_status = 'received' THEN 'verifying' ELSE before.processing_status END,
                   processing_node = $3, open_runs = before.open_runs + CASE WHEN before.open_runs < $4 THEN 1 ELSE 0 END
              FROM before WHERE f.id = before.id
            RETURNING f.*
        ), begun_event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.processing', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {FileEvents.Data}, $1
              FROM file WHERE EXISTS (SELECT FROM before WHERE before.processing_status = 'received')
        )
        SELECT {FileInProcess.Columns}, (SELECT open_runs FROM before), parts.ids, parts.sizes
          FROM file, LATERAL (
              SELECT array_agg(part.id ORDER BY place) AS ids, array_agg(part.total_size ORDER BY place) AS sizes
                FROM tus_upload.upload_sessions s, unnest(s.part_ids) WITH ORDINALITY AS named (id, place)
                JOIN tus_upload.upload_sessions part ON part.id = named.id
               WHERE s.id = file.id) AS parts
        """;

    // It has got further: of the runs before this one none counts any more.
    private const string StepSql = """
        WITH entry AS (
            INSERT INTO tus_upload.step_journal (file_id, step, output, finished_at)
            SELECT id, key, value, $1 FROM tus_upload.files, jsonb_each($3::jsonb) WHERE id = $2
                ON CONFLICT (file_id, step) DO UPDATE SET output = EXCLUDED.output, finished_at = EXCLUDED.finished_at
        )
        UPDATE tus_upload.files SET processing_status = $4, open_runs = 1
         WHERE id = $2 AND processing_status IN ('verifying', 'scanning', 'storing') AND deleted_at IS NULL
        """;

    // Ready, settled, counted and announced, or none of it. Row order as everywhere: file, session, user, workspace, link, batch.
    private const string SettleSql = $"""
        WITH file AS (
            UPDATE tus_upload.files
               SET processing_status = 'ready', sha256 = $3, storage_path = $4, ready_at = $1, processing_node = NULL,
                   open_runs = 0
             WHERE id = $2 AND processing_status IN ('verifying', 'scanning', 'storing') AND deleted_at IS NULL
            RETURNING *
        ), moved AS (
            DELETE FROM tus_upload.file_moves m USING file WHERE m.file_id = file.id
        ), entry AS (
            INSERT INTO tus_upload.step_journal (file_id, step, output, finished_at)
            SELECT id, key, value, $1 FROM file, jsonb_each($5::jsonb)
                ON CONFLICT (file_id, step) DO NOTHING
        ), {FileEvents.Unhold}, change AS (
            SELECT held.user_id, held.workspace_id, held.link_id, -held.reserved_size AS reserved, file.file_size AS used,
                   0 AS files, 0 AS visits
              FROM held JOIN file ON file.id = held.id
        ), {StorageCounting.Sql}, content AS (
            INSERT INTO tus_upload.file_checksums (checksum, file_size, storage_path, reference_count, first_seen_at)
            SELECT sha256, file_size, storage_path, 1, $1 FROM file WHERE {StorageCounting.Done}
                ON CONFLICT (checksum) DO UPDATE SET reference_count = file_checksums.reference_count + 1
        ), metric AS (
            INSERT INTO tus_upload.upload_metrics (upload_id, metric_type, value, recorded_at)
            SELECT file.id, 'completion', {FileEvents.Metric}, $1
              FROM file JOIN tus_upload.upload_sessions s ON s.id = file.id
        ), event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.ready', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {FileEvents.Data}, $1 FROM file
            RETURNING position
        ), delta AS (
            SELECT batch_id, 0 AS joined, 0 AS received, 1 AS processed, 0 AS failed, 0 AS bytes
              FROM file WHERE EXISTS (SELECT FROM event) AND NOT is_late AND {StorageCounting.Done}
        ), {BatchCounting.Sql}
        SELECT id FROM file
        """;

    private const string RejectSql = $"""
        WITH file AS (
            UPDATE tus_upload.files
               SET processing_status = 'rejected', rejection_code = $3, rejection_message = $4, processing_node = NULL,
                   open_runs = 0
             WHERE id = $2 AND processing_status IN ('verifying', 'scanning', 'storing') AND deleted_at IS NULL
            RETURNING *
        ), {FileEvents.Unhold}, change AS (
            SELECT user_id, workspace_id, link_id, -reserved_size AS reserved, 0 AS used, CASE WHEN link_id IS NULL THEN 0 ELSE -1 END AS files,
                   0 AS visits
              FROM held
        ), {StorageCounting.Sql}, event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.rejected', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {FileEvents.Data}, $1 FROM file
            RETURNING position
        ), delta AS (
            SELECT batch_id, 0 AS joined, 0 AS received, 0 AS processed, 1 AS failed, 0 AS bytes
              FROM file WHERE EXISTS (SELECT FROM event) AND NOT is_late AND {StorageCounting.Done}
        ), {BatchCounting.Sql}
        SELECT id FROM file
        """;

    // The reservation stays: the bytes are still there and may yet be replayed.
    private const string FailSql = $"""
        WITH file AS (
            UPDATE tus_upload.files
               SET processing_status = 'failed', rejection_code = $3, rejection_message = $4, processing_node = NULL,
                   open_runs = 0
             WHERE id = $2 AND processing_status IN ('received', 'verifying', 'scanning', 'storing') AND deleted_at IS NULL
            RETURNING *
        ), event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.failed', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {FileEvents.Data}, $1 FROM file
            RETURNING position
        ), delta AS (
            SELECT batch_id, 0 AS joined, 0 AS received, 0 AS processed, 1 AS failed, 0 AS bytes
              FROM file WHERE EXISTS (SELECT FROM event) AND NOT is_late
        ), {BatchCounting.Sql}
        SELECT id FROM file
        """;

    // A batch that ended because of this file waits for it again, and will end again. One that was given up or whose time ran out has ended for good,
    // also where it ended before its time did.
    private const string ReplaySql = """
        WITH file AS (
            UPDATE tus_upload.files
               SET processing_status = 'received', rejection_code = NULL, rejection_message = NULL, job_id = NULL,
                   open_runs = 0
             WHERE id = $1 AND user_id = $2 AND processing_status = 'failed' AND deleted_at IS NULL
            RETURNING *
        ), batch AS (
            UPDATE tus_upload.batches b
               SET failed_files = b.failed_files - 1, ended_at = NULL,
                   status = CASE WHEN b.status IN ('partial', 'failed') THEN 'sealed' ELSE b.status END
              FROM file
             WHERE b.id = file.batch_id AND NOT file.is_late
               AND (b.status IN ('open', 'sealed')
                    OR (b.status IN ('partial', 'failed') AND NOT b.is_abandoned AND COALESCE(b.expires_at > $3, true)))
        )
        SELECT id FROM file
        """;

    private const string LetGoSql = """
        WITH file AS (SELECT id FROM tus_upload.files WHERE id = ANY ($1) AND open_runs > 0 ORDER BY id FOR NO KEY UPDATE)
        UPDATE tus_upload.files f SET open_runs = 0 FROM file WHERE f.id = file.id
        """;

    private const string PartsSql = "SELECT part_ids FROM tus_upload.upload_sessions WHERE id = $1";

    private const string StatusSql = "SELECT processing_status FROM tus_upload.files WHERE id = $1";

    /// <summary>
    /// Starts or resumes, and counts the run as open; null when there is nothing to do: unknown, deleted or ended. Announces the start once.
    /// Where <see cref="FileInProcess.OpenRuns"/> has reached the run's limit nothing was begun.
    /// </summary>
    public async Task<FileInProcess?> BeginAsync(Guid id, RunStart run, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(BeginSql);
        command.With(now).With(id).With(run.Node).With(run.Limit).With(run.LetGo);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? FileInProcess.Read(row) with
            {
                OpenRuns = row.GetInt32(13),
                Parts = row.IsDBNull(14)
                    ? []
                    : [.. row.GetFieldValue<Guid[]>(14).Zip(row.GetFieldValue<long[]>(15), (part, size) => new UploadPart(part, size))],
            }
            : null;
    }

    /// <summary>Runs end in order and leave their files to later ones: their process has not died of them.</summary>
    public Task LetGoAsync(Guid[] ids, CancellationToken cancellationToken) => RunAsync(LetGoSql, command => command.With(ids), cancellationToken);

    /// <summary>Journals steps that are done (a JSON object, output by step) and shows the state that follows.</summary>
    public Task<bool> JournalAsync(Guid id, string outputs, string nextStatus, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(StepSql, command => command.With(now).With(id).With(outputs).With(nextStatus), cancellationToken);

    /// <summary>The end that everybody hopes for. False when it has been said before.</summary>
    /// <param name="outputs">Of steps that are done and not journalled, as in <see cref="JournalAsync"/>; null: none.</param>
    public Task<bool> SettleAsync(
        Guid id, string sha256, string storagePath, string? outputs, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(SettleSql, command => command.With(now).With(id).With(sha256).With(storagePath).With(outputs), cancellationToken);

    /// <summary>Final refusal. False when the file has ended before.</summary>
    public Task<bool> RejectAsync(Guid id, string code, string message, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(RejectSql, command => command.With(now).With(id).With(code).With(message), cancellationToken);

    /// <summary>Every retry failed. False when the file has ended before.</summary>
    public Task<bool> FailAsync(Guid id, string code, string message, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(FailSql, command => command.With(now).With(id).With(code).With(message), cancellationToken);

    /// <summary>Back to received, for its owner; false when there is no such failed file.</summary>
    public Task<bool> ReplayAsync(Guid id, string userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        RunAsync(ReplaySql, command => command.With(id).With(userId).With(now), cancellationToken);

    /// <summary>One of <see cref="FileStatus"/>; null when there is no such file.</summary>
    public async Task<string?> StatusAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(StatusSql);
        command.With(id);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>The uploads whose bytes are the file's: its own, or those that it was made of.</summary>
    public async Task<IReadOnlyList<Guid>> UploadsOfAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PartsSql);
        command.With(id);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid[] ?? [id];
    }

    private async Task<bool> RunAsync(string sql, Action<NpgsqlCommand> fill, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        fill(command);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) || row.RecordsAffected > 0;
    }
}

/// <summary>A run that begins.</summary>
/// <param name="Node">Where it runs.</param>
/// <param name="Limit">With this many open runs before it, it does not begin.</param>
/// <param name="LetGo">This process knows that no run before it died, but could not say so.</param>
public sealed record RunStart(Guid Node, int Limit = short.MaxValue, bool LetGo = false);
