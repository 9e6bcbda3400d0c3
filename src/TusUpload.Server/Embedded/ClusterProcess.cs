using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace TusUpload.Server.Embedded;

/// <summary>
/// Postgres' own process. It is not a child of the server: pg_ctl gives it a session of its own, so it outlives a server that was
/// killed, and Ctrl+C in the server's terminal does not reach it.
/// </summary>
internal sealed partial class ClusterProcess(
    ClusterHome home, PostgresBinaries binaries, ClusterFiles files, ClusterSettings settings, EmbeddedOptions options, ILoggerFactory loggers)
{
    private const string AnyDatabase = "postgres";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan EmptyFileIsStale = TimeSpan.FromSeconds(5);

    private readonly ILogger _logger = loggers.CreateLogger<ClusterProcess>();
    private readonly ClusterLog _log = new(home);

    /// <summary>Adopts the cluster that runs, waits for one that starts or stops, starts one that does not run; until it answers.</summary>
    /// <returns>How to connect to its maintenance database.</returns>
    public async Task<NpgsqlConnectionStringBuilder> StartAsync(CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        var adopting = true;
        while (true)
        {
            var elapsed = TimeProvider.System.GetElapsedTime(begun);
            var file = PostmasterFile.Read(home.Cluster);
            Exception? failure = null;
            if (file is null || !await file.IsAliveAsync(home.Cluster, cancellationToken))
            {
                failure = await LaunchAsync(file, elapsed, cancellationToken);
                adopting = false;
            }
            else if (file.IsReady)
            {
                var address = await AddressAsync(file, cancellationToken);
                failure = await TryConnectAsync(address, cancellationToken);
                if (failure is null)
                {
                    LogRuns(adopting ? "Adopted the running" : "Started", binaries.Major, file.ProcessId, home.Cluster);
                    return address;
                }

                // A running one that nobody can reach: its socket's folder was swept away or moved.
                if (adopting && failure.InnerException is SocketException)
                {
                    LogUnreachable(failure, file.ProcessId);
                    await StopAsync(cancellationToken);
                }
            }

            if (elapsed > options.StartTimeout)
            {
                throw new EmbeddedPostgresException(
                    $"Postgres in {home.Cluster} does not answer after {options.StartTimeout} (Embedded:StartTimeout). " +
                    $"{failure?.Message} The end of its log {home.Log}:\n{_log.Tail(0)}",
                    failure);
            }

            await Task.Delay(Poll, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Ends the cluster's connections and stops it. One that does not stop in time runs on; the next start adopts it.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var stopped = await CommandRunner.RunAsync(
            binaries.PgCtl,
            ["stop", "-s", "-w", "-m", "fast", "-D", home.Cluster, "-t", Seconds(options.StopTimeout)],
            home.User,
            cancellationToken);
        if (stopped.Succeeded)
        {
            LogStopped(home.Cluster);
        }
        else
        {
            LogNotStopped(home.Cluster, stopped.Output);
        }
    }

    /// <returns>Why it did not start, where asking again may help.</returns>
    private async Task<EmbeddedPostgresException?> LaunchAsync(PostmasterFile? stale, TimeSpan elapsed, CancellationToken cancellationToken)
    {
        if (stale is { ProcessId: 0 })
        {
            if (elapsed < EmptyFileIsStale)
            {
                return new EmbeddedPostgresException($"{stale.FilePath} is empty.");
            }

            File.Delete(stale.FilePath);
        }
        else
        {
            stale?.ForgetProcess();
        }

        await files.WriteSettingsAsync(settings.Tcp ? FreePort() : ClusterFiles.SocketPort, cancellationToken);
        await files.MakePrivateAsync(home.LogFolder, cancellationToken);
        var logBefore = _log.Rotate();
        var started = await CommandRunner.RunAsync(
            binaries.PgCtl,
            ["start", "-s", "-w", "-D", home.Cluster, "-l", home.Log, "-t", Seconds(options.StartTimeout)],
            home.User,
            cancellationToken);
        if (started.Succeeded)
        {
            return null;
        }

        var tail = _log.Tail(logBefore);
        var failure = new EmbeddedPostgresException(
            $"Postgres did not start in {home.Cluster}: {started.Output} The end of its log {home.Log}:\n{tail}");
        var mayHelp = tail.Contains("pre-existing shared memory block", StringComparison.Ordinal)
            || (PostmasterFile.Read(home.Cluster) is { } file && await file.IsAliveAsync(home.Cluster, cancellationToken));
        return mayHelp ? failure : throw failure;
    }

    private async Task<NpgsqlConnectionStringBuilder> AddressAsync(PostmasterFile file, CancellationToken cancellationToken) => new()
    {
        Host = settings.Tcp ? IPAddress.Loopback.ToString() : file.SocketFolder,
        Port = file.Port,
        Username = ClusterFiles.SuperUser,
        Password = settings.Tcp ? await File.ReadAllTextAsync(home.PasswordFile, cancellationToken) : null,
        Database = AnyDatabase,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
        Pooling = false,
    };

    private static async Task<NpgsqlException?> TryConnectAsync(NpgsqlConnectionStringBuilder address, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = new NpgsqlConnection(address.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return null;
        }
        catch (NpgsqlException failure)
        {
            return failure;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, port: 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Seconds(TimeSpan time) => ((int)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 5130, Level = LogLevel.Information, Message = "{How} PostgreSQL {Major} (process {ProcessId}) in {Folder}")]
    private partial void LogRuns(string how, int major, int processId, string folder);

    [LoggerMessage(EventId = 5131, Level = LogLevel.Warning, Message = "Postgres (process {ProcessId}) runs but cannot be reached: it is started again")]
    private partial void LogUnreachable(Exception failure, int processId);

    [LoggerMessage(EventId = 5132, Level = LogLevel.Information, Message = "Stopped Postgres in {Folder}")]
    private partial void LogStopped(string folder);

    [LoggerMessage(EventId = 5133, Level = LogLevel.Warning, Message = "Postgres in {Folder} did not stop and runs on, the next start adopts it: {Output}")]
    private partial void LogNotStopped(string folder, string output);
}
