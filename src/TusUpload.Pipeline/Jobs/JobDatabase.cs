using Hangfire.PostgreSql;

using Microsoft.Extensions.Options;

using Npgsql;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// The connections of jobs: a pool of their own, so that however many jobs wait for a connection, uploads do not. Nothing connects before the
/// first one is asked for.
/// </summary>
internal sealed class JobDatabase(Func<string> connectionString, IOptions<JobsOptions> options) : IConnectionFactory, IAsyncDisposable
{
    private readonly Lazy<NpgsqlDataSource> _source = new(() => NpgsqlDataSource.Create(Configure(connectionString(), options.Value)));

    public NpgsqlDataSource Source => _source.Value;

    public NpgsqlConnection GetOrCreateConnection() => Source.CreateConnection();

    public async ValueTask DisposeAsync()
    {
        if (_source.IsValueCreated)
        {
            await _source.Value.DisposeAsync();
        }
    }

    private static string Configure(string connectionString, JobsOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { ApplicationName = "tus-upload-jobs" };

        // A worker needs one connection to fetch and one for its job's state; the rest is for schedules, heartbeats and the dashboard.
        builder.MaxPoolSize = (2 * options.WorkerCount) + 10;
        if (!builder.ContainsKey("Max Auto Prepare"))
        {
            builder.MaxAutoPrepare = 50;
            builder.AutoPrepareMinUsages = 2;
        }

        // Nothing here leaves a session other than it found it, and a job borrows a connection some thirty times.
        builder.NoResetOnClose = true;
        if (builder.KeepAlive == 0)
        {
            // A listening connection sends nothing by itself; without this a cut one would look alive for ever.
            builder.KeepAlive = 30;
        }

        return builder.ConnectionString;
    }
}
