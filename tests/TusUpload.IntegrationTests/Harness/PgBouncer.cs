using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

using Npgsql;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>Debian's PgBouncer in transaction mode before one database, on a free port, until it is disposed of.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const string Executable = "/usr/sbin/pgbouncer";

    private readonly TestFolder _folder;
    private readonly Process _process;

    private PgBouncer(TestFolder folder, Process process, string connectionString) =>
        (_folder, _process, ConnectionString) = (folder, process, connectionString);

    public static bool IsHere => File.Exists(Executable);

    public string ConnectionString { get; }

    /// <param name="size">Connections that it opens to the server at most.</param>
    public static async Task<PgBouncer> StartAsync(string server, int size)
    {
        var behind = new NpgsqlConnectionStringBuilder(server);
        var folder = new TestFolder();
        var port = FreePort();

        // Everybody is let in as the user of the connection string; extra_float_digits is Npgsql's, and is the same on every connection. A server that had no
        // connection left is asked again before a client's own patience of 15 s is over, which is also the pooler's default.
        var settings = folder.File("pgbouncer.ini");
        await File.WriteAllTextAsync(settings, string.Create(CultureInfo.InvariantCulture, $"""
            [databases]
            {behind.Database} = host={behind.Host} port={behind.Port} user={behind.Username}{(behind.Password is null ? "" : " password=" + behind.Password)}

            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {port}
            unix_socket_dir =
            auth_type = any
            pool_mode = transaction
            default_pool_size = {size}
            max_client_conn = 500
            ignore_startup_parameters = extra_float_digits
            server_login_retry = 1
            """), TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Executable, User(behind) is { } user ? ["-q", "-u", user, settings] : ["-q", settings]);
        var process = Process.Start(start)!;
        var address = new NpgsqlConnectionStringBuilder(server) { Host = "127.0.0.1", Port = port, Username = "anybody", Password = null }.ConnectionString;
        var bouncer = new PgBouncer(folder, process, address);
        try
        {
            await Eventually.FindAsync(async () => await AnswersAsync(address) ? "an answer" : null, "PgBouncer");
            return bouncer;
        }
        catch
        {
            await bouncer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        await _folder.DisposeAsync();
    }

    private static async Task<bool> AnswersAsync(string address)
    {
        try
        {
            await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(address) { Pooling = false }.ConnectionString);
            await connection.OpenAsync(CancellationToken.None);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    // It does not run as root, and only its owner reaches the socket of the server.
    private static string? User(NpgsqlConnectionStringBuilder behind)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return null;
        }

        if (!Path.IsPathRooted(behind.Host))
        {
            return "nobody";
        }

        var owner = new ProcessStartInfo("stat", ["--format=%U", behind.Host!]) { RedirectStandardOutput = true, UseShellExecute = false };
        using var stat = Process.Start(owner)!;
        return stat.StandardOutput.ReadToEnd().Trim();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
