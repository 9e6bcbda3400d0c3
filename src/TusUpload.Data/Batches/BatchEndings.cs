using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Batches;

/// <summary>
/// Ends of batches that none of their files brings about. Their counters move no more: a file that is ready afterwards is a file like any other, and an
/// upload that goes on ends by itself. Each statement says nothing when it is said twice.
/// </summary>
public sealed class BatchEndings([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string End = $"""
        , batch AS (
            UPDATE tus_upload.batches b SET status = $2, failed_files = b.joined_files - b.processed_files, is_abandoned = $2 = 'failed', ended_at = $1
              FROM held WHERE b.id = held.id
            RETURNING b.*
        ), {BatchCounting.End}
        SELECT id FROM batch
        """;

    // Of several sweeps each takes another; one that a file is about to end is left to it, and looked at again by the next sweep.
    private const string ExpireSql = $"""
        WITH held AS MATERIALIZED (
            SELECT id FROM tus_upload.batches WHERE status IN ('open', 'sealed') AND expires_at <= $1
             ORDER BY expires_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        ){End}
        """;

    private const string AbandonSql = $"""
        WITH held AS MATERIALIZED (
            SELECT id FROM tus_upload.batches WHERE id = $3 AND status IN ('open', 'sealed') AND all_or_nothing FOR NO KEY UPDATE
        ){End}
        """;

    private const string RefuseLateSql = "UPDATE tus_upload.batches SET late_files = 'refuse' WHERE id = $1 AND late_files <> 'refuse'";

    private const string UnfinishedSql = """
        SELECT id, uploader_id FROM tus_upload.upload_sessions WHERE batch_id = $1 AND status = 'receiving' ORDER BY id
        """;

    /// <summary>Ends the batch whose time ran out first; null when there is none.</summary>
    public async Task<Guid?> ExpireOneAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ExpireSql);
        command.With(now).With(BatchStatus.Expired);
        return await command.ExecuteScalarAsync(cancellationToken) as Guid?;
    }

    /// <summary>Ends an all-or-nothing batch that has not ended, so that what is left of it is never seen as a whole. Of any other nothing changes.</summary>
    public async Task AbandonAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AbandonSql);
        command.With(now).With(BatchStatus.Failed).With(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>From now on no file comes late.</summary>
    public async Task RefuseLateAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RefuseLateSql);
        await command.With(id).ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Uploads of the batch that have not ended, each with who made it.</summary>
    public async Task<IReadOnlyList<(Guid Id, string UploaderId)>> UnfinishedAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UnfinishedSql);
        command.With(id);
        var uploads = new List<(Guid, string)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            uploads.Add((row.GetGuid(0), row.GetString(1)));
        }

        return uploads;
    }
}
