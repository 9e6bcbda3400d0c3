using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Batches;
using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;

namespace TusUpload.Data.Files;

/// <summary>
/// The first and the last statement of <see cref="FileProcessing"/> for several small files at once: each is one transaction, and says of every file what
/// that of one would say. Run twice, the second finds nothing to do.
/// </summary>
public sealed class FileGroups([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    // Only what nobody has worked on: whatever a run has been at is for the statement that counts runs. Spans are told whole, so there must be few.
    private const string BeginSql = $"""
        WITH before AS MATERIALIZED (
            SELECT id FROM tus_upload.files
             WHERE id = ANY ($2) AND processing_status = 'received' AND open_runs = 0 AND deleted_at IS NULL
               AND NOT EXISTS (SELECT FROM tus_upload.upload_sessions s WHERE s.id = files.id AND (s.part_ids IS NOT NULL OR s.completed_chunks > 1000))
             ORDER BY id FOR NO KEY UPDATE
        ), file AS (
            UPDATE tus_upload.files f SET processing_status = 'verifying', processing_node = $3, open_runs = 1
              FROM before WHERE f.id = before.id
            RETURNING f.*
        ), begun_event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.processing', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {FileEvents.Data}, $1 FROM file ORDER BY array_position($2, id)
        )
        SELECT {FileInProcess.Columns}, spans.starts, spans.sizes, spans.checksums
          FROM file, LATERAL (
              SELECT array_agg(chunk_offset ORDER BY chunk_index) AS starts, array_agg(chunk_size ORDER BY chunk_index) AS sizes,
                     array_agg(checksum ORDER BY chunk_index) AS checksums
                FROM tus_upload.upload_chunks WHERE session_id = file.id) AS spans
         ORDER BY array_position($2, file.id)
        """;

    private const string LetGoSql = """
        WITH file AS MATERIALIZED (
            SELECT id FROM tus_upload.files
             WHERE id = ANY ($1) AND processing_status = 'verifying' AND processing_node = $2 AND open_runs = 1 ORDER BY id FOR NO KEY UPDATE
        )
        UPDATE tus_upload.files f SET open_runs = 0 FROM file WHERE f.id = file.id
        """;

    // As FileProcessing.SettleSql; files and contents are locked in the order of their keys. All of them count at the same levels, so that there is one change.
    private const string SettleSql = $"""
        WITH asked AS MATERIALIZED (
            SELECT * FROM unnest($2, $3, $4, $5) WITH ORDINALITY AS asked (id, sha256, storage_path, outputs, place)
        ), before AS MATERIALIZED (
            SELECT f.id FROM tus_upload.files f JOIN asked ON asked.id = f.id
             WHERE f.processing_status IN ('verifying', 'scanning', 'storing') AND f.deleted_at IS NULL
               AND f.user_id = $6 AND f.workspace_id = $7 AND f.link_id IS NOT DISTINCT FROM $8 AND f.batch_id IS NOT DISTINCT FROM $9
             ORDER BY f.id FOR NO KEY UPDATE OF f
        ), file AS (
            UPDATE tus_upload.files f
               SET processing_status = 'ready', sha256 = asked.sha256, storage_path = asked.storage_path, ready_at = $1, processing_node = NULL,
                   open_runs = 0
              FROM before JOIN asked ON asked.id = before.id
             WHERE f.id = before.id
            RETURNING f.*
        ), moved AS (
            DELETE FROM tus_upload.file_moves m USING file WHERE m.file_id = file.id
        ), entry AS (
            INSERT INTO tus_upload.step_journal (file_id, step, output, finished_at)
            SELECT file.id, key, value, $1 FROM file JOIN asked ON asked.id = file.id, jsonb_each(asked.outputs::jsonb)
                ON CONFLICT (file_id, step) DO NOTHING
        ), {FileEvents.Unhold}, change AS (
            SELECT held.user_id, held.workspace_id, held.link_id, -sum(held.reserved_size)::bigint AS reserved, sum(file.file_size)::bigint AS used,
                   0 AS files, 0 AS visits
              FROM held JOIN file ON file.id = held.id
             GROUP BY held.user_id, held.workspace_id, held.link_id
        ), {StorageCounting.Sql}, content AS (
            INSERT INTO tus_upload.file_checksums (checksum, file_size, storage_path, reference_count, first_seen_at)
            SELECT sha256, min(file_size), min(storage_path), count(*), $1 FROM file WHERE {StorageCounting.Done} GROUP BY sha256 ORDER BY sha256
                ON CONFLICT (checksum) DO UPDATE SET reference_count = file_checksums.reference_count + EXCLUDED.reference_count
        ), metric AS (
            INSERT INTO tus_upload.upload_metrics (upload_id, metric_type, value, recorded_at)
            SELECT file.id, 'completion', {FileEvents.Metric}, $1
              FROM file JOIN tus_upload.upload_sessions s ON s.id = file.id
        ), event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.ready', file.user_id, NULLIF(file.uploader_id, file.user_id), file.workspace_id, file.id, {FileEvents.Data}, $1
              FROM file JOIN asked ON asked.id = file.id ORDER BY asked.place
            RETURNING position
        ), delta AS (
            SELECT batch_id, 0 AS joined, 0 AS received, count(*)::integer AS processed, 0 AS failed, 0 AS bytes
              FROM file WHERE EXISTS (SELECT FROM event) AND NOT is_late AND {StorageCounting.Done}
             GROUP BY batch_id
        ), {BatchCounting.Sql}
        SELECT id FROM file
        """;

    /// <summary>Starts those of them that nobody has begun yet, announces each, and tells their spans, in the order of the ids; the others are left to <see cref="FileProcessing.BeginAsync"/>.</summary>
    public async Task<IReadOnlyList<FileInProcess>> BeginAsync(Guid[] ids, Guid node, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(BeginSql);
        await using var row = await command.With(now).With(ids).With(node).ExecuteReaderAsync(cancellationToken);
        var begun = new List<FileInProcess>(ids.Length);
        while (await row.ReadAsync(cancellationToken))
        {
            begun.Add(FileInProcess.Read(row) with { Spans = row.IsDBNull(13) ? [] : Spans(row) });
        }

        return begun;
    }

    /// <summary>After <see cref="BeginAsync"/> gave no answer: what it may have begun was not died of.</summary>
    public async Task LetGoAsync(Guid[] ids, Guid node, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LetGoSql);
        await command.With(ids).With(node).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The end that everybody hopes for, of files of one account, workspace, link and batch; gives those for which it had not been said before.</summary>
    public async Task<IReadOnlySet<Guid>> SettleAsync(IReadOnlyList<SettledFile> files, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var place = files[0].File;
        await using var command = database.CreateCommand(SettleSql);
        command
            .With(now)
            .With(files.Select(settled => settled.File.Id).ToArray())
            .With(files.Select(settled => settled.Sha256).ToArray())
            .With(files.Select(settled => settled.StoragePath).ToArray())
            .With(files.Select(settled => settled.Outputs).ToArray())
            .With(place.UserId)
            .With(place.WorkspaceId)
            .With(place.LinkId)
            .With(place.BatchId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var settled = new HashSet<Guid>();
        while (await row.ReadAsync(cancellationToken))
        {
            settled.Add(row.GetGuid(0));
        }

        return settled;
    }

    private static List<CommittedSpan> Spans(NpgsqlDataReader row)
    {
        var (starts, sizes, checksums) = (row.GetFieldValue<long[]>(13), row.GetFieldValue<long[]>(14), row.GetFieldValue<byte[][]>(15));
        return [.. starts.Select((start, at) => new CommittedSpan(start, start + sizes[at], checksums[at]))];
    }
}

/// <summary>A file with all its steps done.</summary>
/// <param name="Outputs">Of steps that are not journalled, as in <see cref="FileProcessing.JournalAsync"/>; null: none.</param>
public sealed record SettledFile(FileInProcess File, string Sha256, string StoragePath, string? Outputs);
