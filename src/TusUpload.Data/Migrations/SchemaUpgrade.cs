using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging;

using Npgsql;

namespace TusUpload.Data.Migrations;

/// <summary>
/// Brings the schema up to the model: every missing migration in one transaction, under a lock that this transaction holds. Servers that start
/// together wait for the first; one that dies half-way leaves the schema as it was.
/// </summary>
public sealed partial class SchemaUpgrade(NpgsqlDataSource database, ILogger<SchemaUpgrade> logger)
{
    // Any number will do as long as nothing else in the database takes it: "tusu" in ASCII.
    private const string LockSql = "SELECT pg_advisory_xact_lock(1953854325)";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var db = new TusUploadDb(new DbContextOptionsBuilder<TusUploadDb>()
            .UseNpgsql(database, DataServiceCollectionExtensions.Configure)
            .UseSnakeCaseNamingConvention()
            .ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.MigrationsUserTransactionWarning))
            .Options);

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.Database.ExecuteSqlRawAsync(LockSql, cancellationToken);

        // Asking a history that is not there would end the transaction, so it is made first.
        await db.Database.ExecuteSqlRawAsync($"CREATE SCHEMA IF NOT EXISTS {TusUploadDb.Schema}", cancellationToken);
        await db.Database.ExecuteSqlRawAsync(db.GetService<IHistoryRepository>().GetCreateIfNotExistsScript(), cancellationToken);
        var missing = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Count();
        if (missing == 0)
        {
            return;
        }

        await db.Database.MigrateAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        LogUpgraded(missing);
    }

    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "The schema is up to date: {Count} migrations were applied")]
    private partial void LogUpgraded(int count);
}
