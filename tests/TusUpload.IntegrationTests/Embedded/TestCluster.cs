using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Embedded;

/// <summary>A server's hold on one data folder, without the server: can end as a clean one does, or as one that was killed.</summary>
internal sealed class TestCluster(string dataPath) : IAsyncDisposable
{
    private readonly DataFolder _data = DataFolder.Open(dataPath);
    private EmbeddedPostgres? _postgres;

    public static ClusterSettings Fast { get; } = new() { Durable = false };

    public EmbeddedPostgres Postgres => _postgres!;

    public int ProcessId => PostmasterFile.Read(Postgres.Home!.Cluster)!.ProcessId;

    public static async Task<TestCluster> StartAsync(string dataPath, ClusterSettings? settings = null, EmbeddedOptions? options = null)
    {
        var cluster = new TestCluster(dataPath);
        try
        {
            cluster._postgres = new EmbeddedPostgres(cluster._data, options ?? new(), settings ?? Fast, NullLoggerFactory.Instance);
            await cluster._postgres.StartAsync(TestContext.Current.CancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>What SIGKILL of the server leaves: the lock has fallen, Postgres runs.</summary>
    public void DieAsAServer() => _data.Dispose();

    public async Task<object?> ReadAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(Postgres.ConnectionString);
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _data.Dispose();
        if (_postgres?.Home is { } home && !home.SocketFolder.StartsWith(home.Folder, StringComparison.Ordinal) && Directory.Exists(home.SocketFolder))
        {
            Directory.Delete(home.SocketFolder, recursive: true);
        }

        if (_postgres?.Home is { } elsewhere && elsewhere.Folder.StartsWith(ClusterHomes.SystemFolder, StringComparison.Ordinal))
        {
            Directory.Delete(elsewhere.Folder, recursive: true);
        }
    }
}
