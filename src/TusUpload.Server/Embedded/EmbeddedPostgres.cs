using Npgsql;

namespace TusUpload.Server.Embedded;

/// <summary>
/// One Postgres cluster of one data folder. It starts in five steps: (1) choose where it lives and whose it is, (2) find the programs,
/// (3) make it where there is none, (4) start or adopt it, (5) make the database. Usable without a host.
/// </summary>
/// <param name="data">Locked by this process: it is what keeps two servers from one cluster. The caller disposes it, after this.</param>
internal sealed class EmbeddedPostgres(DataFolder data, EmbeddedOptions options, ClusterSettings settings, ILoggerFactory loggers)
    : IAsyncDisposable
{
    public const string Database = "tus_upload";

    private const int PreparedStatements = 100;

    private ClusterProcess? _process;
    private string? _connectionString;

    /// <summary>Of the database <see cref="Database"/>, as its owner and superuser.</summary>
    public string ConnectionString => _connectionString ?? throw new InvalidOperationException("Postgres has not been started.");

    /// <summary>Where the cluster is; null before the start.</summary>
    public ClusterHome? Home { get; private set; }

    /// <summary>Whether the cluster's process is there, by its pid file; asks no database.</summary>
    public async Task<bool> IsRunningAsync(CancellationToken cancellationToken) =>
        Home is not null && PostmasterFile.Read(Home.Cluster) is { } file && await file.IsAliveAsync(Home.Cluster, cancellationToken);

    /// <summary>Starts the cluster; on one that was started before and has been killed since, starts it again at the same address.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot be had; the message says why and what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            // (1)
            Home = await new ClusterHomes(loggers).ChooseAsync(data, cancellationToken);

            // (2)
            var binaries = await new BinariesSearch(options, settings, loggers).FindAsync(Home, cancellationToken);

            // (3)
            var files = new ClusterFiles(Home, settings, loggers.CreateLogger<ClusterFiles>());
            if (Home.Major is null)
            {
                await files.InitialiseAsync(binaries, cancellationToken);
            }

            // (4)
            var process = new ClusterProcess(Home, binaries, files, settings, options, loggers);
            var address = await process.StartAsync(cancellationToken);
            _process = process;

            // (5)
            await CreateDatabaseAsync(address.ConnectionString, cancellationToken);
            var way = new NpgsqlConnectionStringBuilder(address.ConnectionString) { Database = Database, MaxAutoPrepare = PreparedStatements };

            // How large pools are is said elsewhere.
            way.Remove("Pooling");
            _connectionString = way.ConnectionString;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or NpgsqlException)
        {
            throw new EmbeddedPostgresException($"Postgres cannot be started for the data folder {data.FullPath}: {failure.Message}", failure);
        }
    }

    /// <summary>Stops the cluster; nothing to do where it was not started or has been stopped.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _process, null) is { } process)
        {
            _connectionString = null;
            await process.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None);

    private static async Task CreateDatabaseAsync(string address, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Database });
        if (await command.ExecuteScalarAsync(cancellationToken) is null)
        {
            await using var create = new NpgsqlCommand($"CREATE DATABASE {Database}", connection);
            await create.ExecuteNonQueryAsync(cancellationToken);
        }
    }
}
