using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace TusUpload.IntegrationTests.Harness;

/// <summary>One Postgres for the run, in a temporary folder; hands out fresh databases, cloned from one that is prepared once.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Template = "tus_upload_template";

    private readonly TestFolder _folder = new();
    private readonly Func<string, Task> _prepare;
    private DataFolder? _data;
    private EmbeddedPostgres? _postgres;
    private NpgsqlDataSource? _maintenance;
    private int _databases;

    public PostgresServer()
        : this(TemplateDatabase.PrepareAsync)
    {
    }

    internal PostgresServer(Func<string, Task> prepare) => _prepare = prepare;

    public async ValueTask InitializeAsync()
    {
        try
        {
            await TestFolder.DeleteLeftBehindAsync();
            _data = DataFolder.Open(_folder.FullPath);
            _postgres = new EmbeddedPostgres(
                _data, new EmbeddedOptions(), new ClusterSettings { Durable = false, MaxConnections = 400 }, NullLoggerFactory.Instance);
            await _postgres.StartAsync(CancellationToken.None);
            _maintenance = NpgsqlDataSource.Create(_postgres.ConnectionString);
            await ExecuteAsync($"CREATE DATABASE {Template}");
            await _prepare(new NpgsqlConnectionStringBuilder(_postgres.ConnectionString) { Database = Template, Pooling = false }.ConnectionString);
        }
        catch
        {
            // xunit does not dispose a fixture that failed to start.
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>A new database like the template. It lives until the run ends.</summary>
    /// <returns>Its connection string; its pool lets go of idle connections soon, since all databases share one server's connections.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {Template}");
        return new NpgsqlConnectionStringBuilder(_postgres!.ConnectionString)
        {
            Database = name,
            ConnectionIdleLifetime = 2,
            ConnectionPruningInterval = 1,
        }.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_maintenance is not null)
        {
            await _maintenance.DisposeAsync();
        }

        if (_postgres is not null)
        {
            await _postgres.DisposeAsync();
        }

        _data?.Dispose();
        await _folder.DisposeAsync();
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _maintenance!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
