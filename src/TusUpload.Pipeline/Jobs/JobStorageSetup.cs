using Hangfire;
using Hangfire.PostgreSql;

using Npgsql;

using TusUpload.Data.Files;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Hangfire's storage: made without a connection, its tables laid when the host starts. It starts before the job server and stops after it.
/// </summary>
internal sealed class JobStorageSetup(JobDatabase database, JobTables tables, SharedQueue queue, WaitingFiles files) : IHostedService
{
    public const string Schema = "hangfire";

    // Hangfire lays its tables without a lock of its own, and two servers that start together would trip over each other.
    private const string LockSql = "SELECT pg_advisory_xact_lock(1953854327)";

    public static JobStorage Create(JobDatabase database, SharedQueue queue, JobsOptions options)
    {
        var storage = new PostgreSqlStorage(database, new PostgreSqlStorageOptions
        {
            SchemaName = Schema,

            // Otherwise the constructor connects, which is before the database has been started.
            PrepareSchemaIfNecessary = false,
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = options.InvisibilityTimeout,
            QueuePollInterval = options.PollInterval,

            // The built-in one holds a listening connection for every worker and wakes them all for each job; see SharedQueue.
            EnableLongPolling = false,
            EnableTransactionScopeEnlistment = false,
            JobExpirationCheckInterval = TimeSpan.FromMinutes(15),

            // Locks are rows: one that a killed process held would block its job's next state for ten minutes by default.
            DistributedLockTimeout = options.InvisibilityTimeout,
        })
        {
            JobExpirationTimeout = options.Retention,
        };
        queue.ServeFrom(storage);
        return storage;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await using var held = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await held.BeginTransactionAsync(cancellationToken);
        await using (var take = new NpgsqlCommand(LockSql, held, transaction))
        {
            await take.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        PostgreSqlObjectsInstaller.Install(connection, Schema);

        // The node's own queue is fetched from by nobody else: what is fetched now was by a process of this node that was killed.
        await tables.GiveBackAsync(queue.Names[0], cancellationToken);
    }

    /// <summary>What the job server worked on is back in its queue by now: other nodes hear of it, and need not look by themselves first.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await files.TellNodesAsync(cancellationToken);
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException or ObjectDisposedException)
        {
            // They will look. After a start that failed everything may have been let go of already.
        }
    }
}
