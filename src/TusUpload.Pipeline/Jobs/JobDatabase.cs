using Hangfire.PostgreSql;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// The connections of jobs: a pool of their own, so that however many jobs wait for a connection, uploads do not. Nothing is asked for the pool
/// before the first connection is.
/// </summary>
internal sealed class JobDatabase(IServiceProvider services) : IConnectionFactory
{
    public NpgsqlDataSource Source => services.GetRequiredKeyedService<NpgsqlDataSource>(Pools.Jobs);

    public NpgsqlConnection GetOrCreateConnection() => Source.CreateConnection();
}
