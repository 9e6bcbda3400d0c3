using System.Data;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data;

/// <summary>
/// Corrects the counters that <see cref="StorageRecount"/> finds wrong, one by one, each with its record in the audit log. Dying anywhere leaves the rest
/// for the next time; two at once correct each once.
/// </summary>
public sealed class StorageRepair(StorageRecount recount, [FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    /// <summary>What is reserved at every level; gives what it corrected.</summary>
    public Task<IReadOnlyList<StorageDrift>> RepairReservedAsync(StorageRepairer by, CancellationToken cancellationToken) =>
        RunAsync([.. StorageRecount.Measures.Where(measure => measure.Name == "reserved")], by, cancellationToken);

    /// <summary>What is reserved and what is used. Reads every file's row.</summary>
    public Task<IReadOnlyList<StorageDrift>> RepairAllAsync(StorageRepairer by, CancellationToken cancellationToken) =>
        RunAsync(StorageRecount.Measures, by, cancellationToken);

    private async Task<IReadOnlyList<StorageDrift>> RunAsync(StorageMeasure[] measures, StorageRepairer by, CancellationToken cancellationToken)
    {
        var corrected = new List<StorageDrift>();
        foreach (var wrong in await recount.FindAsync(measures, cancellationToken))
        {
            if (await CorrectAsync(wrong, by, cancellationToken) is { } drift)
            {
                corrected.Add(drift);
            }
        }

        return corrected;
    }

    private static string LockSql(StorageTable table, StorageMeasure measure) =>
        $"SELECT {measure.Column} FROM tus_upload.{table.Name} WHERE id = {table.Id} FOR NO KEY UPDATE";

    private static string CorrectSql(StorageTable table, StorageMeasure measure) => $"""
        WITH truth AS MATERIALIZED (
            SELECT COALESCE(sum(bytes), 0)::bigint AS bytes FROM ({measure.Sql}) AS counted WHERE {table.Column} = {table.Id}
        ), level AS (
            UPDATE tus_upload.{table.Name} level SET {measure.Column} = truth.bytes FROM truth
             WHERE level.id = {table.Id} AND level.{measure.Column} <> truth.bytes
            RETURNING level.{measure.Column} AS bytes
        ), audit AS (
            INSERT INTO tus_upload.audit_log (id, at, actor, key_id, action, subject, address, status)
            SELECT $2, $3, $4, $5, 'repair usage', left('{table.Level}:' || $1, 200), $6, 200 FROM level
        )
        SELECT bytes FROM level
        """;

    /// <summary>
    /// Whoever moves a counter locks this row before it commits. So with the row locked, what the next statement sees is what is counted: it needs a
    /// snapshot of its own, taken under the lock.
    /// </summary>
    private async Task<StorageDrift?> CorrectAsync(StorageDrift wrong, StorageRepairer by, CancellationToken cancellationToken)
    {
        var table = StorageRecount.Tables.Single(one => one.Level == wrong.Level);
        var measure = StorageRecount.Measures.Single(one => one.Name == wrong.Measure);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var hold = new NpgsqlCommand(LockSql(table, measure), connection, transaction);
        if (await hold.With(wrong.Id).ExecuteScalarAsync(cancellationToken) is not long counted)
        {
            return null;
        }

        await using var correct = new NpgsqlCommand(CorrectSql(table, measure), connection, transaction);
        correct.With(wrong.Id).With(Guid.CreateVersion7(by.At)).With(by.At).With(by.Actor).With(by.KeyId).With(by.Address);
        if (await correct.ExecuteScalarAsync(cancellationToken) is not long actual)
        {
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        return wrong with { Counted = counted, Actual = actual };
    }
}

/// <summary>Who repairs, for the audit log.</summary>
/// <param name="Actor">Null: a janitor.</param>
public sealed record StorageRepairer(DateTimeOffset At, string? Actor = null, Guid? KeyId = null, string? Address = null);
