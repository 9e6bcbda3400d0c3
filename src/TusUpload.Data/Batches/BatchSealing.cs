using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Batches;

/// <summary>Closing a batch by hand: no file joins any more. One whose files have all ended ends with it.</summary>
public sealed class BatchSealing([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string CountSql = $"""
        WITH sealed AS (
            SELECT id FROM tus_upload.batches WHERE id = $2 AND status = 'sealed' FOR NO KEY UPDATE
        ), delta AS (
            SELECT id AS batch_id, 0 AS joined, 0 AS received, 0 AS processed, 0 AS failed, 0 AS bytes FROM sealed
        ), {BatchCounting.Sql}
        SELECT id FROM batch
        """;

    private const string SealSql = "UPDATE tus_upload.batches SET status = 'sealed' WHERE id = $1 AND status = 'open'";

    /// <summary>Seals a batch; sealing a sealed one again changes nothing.</summary>
    public async Task SealAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var seal = new NpgsqlCommand(SealSql, connection, transaction);
        await seal.With(id).ExecuteNonQueryAsync(cancellationToken);
        await using var count = new NpgsqlCommand(CountSql, connection, transaction);
        await count.With(now).With(id).ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
