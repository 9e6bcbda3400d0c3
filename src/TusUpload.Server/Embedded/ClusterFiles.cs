using System.Globalization;
using System.Security.Cryptography;

namespace TusUpload.Server.Embedded;

/// <summary>What the server writes into a cluster's home: the cluster itself, once, and its settings, before every start.</summary>
internal sealed partial class ClusterFiles(ClusterHome home, ClusterSettings settings, ILogger<ClusterFiles> logger)
{
    public const string SuperUser = "tus_upload";
    public const int SocketPort = 5432;

    private const string OwnSettings = "tus-upload.conf";
    private const string Unfinished = "cluster.init-";
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes the cluster in a folder beside and renames it, so that a cluster that is there is whole.</summary>
    public async Task InitialiseAsync(PostgresBinaries binaries, CancellationToken cancellationToken)
    {
        DeleteUnfinished();
        LogInitialising(home.Cluster, binaries.Major);

        // A name of its own: an initdb whose server was killed may still be writing under the last one.
        var unfinished = Path.Combine(home.Folder, Unfinished + Guid.CreateVersion7().ToString("N"));
        await MakePrivateAsync(unfinished, cancellationToken);
        if (settings.Tcp)
        {
            await File.WriteAllTextAsync(home.PasswordFile, RandomNumberGenerator.GetHexString(40, lowercase: true), cancellationToken);
            await KeepPrivateAsync(home.PasswordFile, cancellationToken);
        }

        var made = await CommandRunner.RunAsync(binaries.InitDb, InitArguments(unfinished, binaries.Major), home.User, cancellationToken);
        if (!made.Succeeded)
        {
            DeleteUnfinished();
            throw new EmbeddedPostgresException($"initdb of PostgreSQL {binaries.Major} could not make a database in {home.Folder}: {made.Output}");
        }

        await File.AppendAllTextAsync(
            Path.Combine(unfinished, "postgresql.conf"), $"\ninclude_if_exists = '{OwnSettings}'\n", cancellationToken);
        Directory.Move(unfinished, home.Cluster);
    }

    /// <summary>Only while the cluster does not run.</summary>
    /// <param name="port">TCP port on loopback, where the cluster listens on TCP.</param>
    public async Task WriteSettingsAsync(int port, CancellationToken cancellationToken)
    {
        var socketFolder = settings.Tcp ? "" : home.SocketFolder;
        if (!settings.Tcp)
        {
            await MakePrivateAsync(socketFolder, cancellationToken);
            DeleteSockets(socketFolder);
        }

        var durable = settings.Durable ? "on" : "off";
        var file = Path.Combine(home.Cluster, OwnSettings);
        await File.WriteAllTextAsync(
            file,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                # Written by the server before every start. Settings of your own: ALTER SYSTEM SET ..., which wins over this file.
                listen_addresses = '{(settings.Tcp ? "127.0.0.1" : "")}'
                port = {port}
                unix_socket_directories = '{socketFolder}'
                unix_socket_permissions = 0700
                max_connections = {settings.MaxConnections}
                shared_buffers = 128MB
                fsync = {durable}
                full_page_writes = {durable}
                jit = off
                timezone = 'UTC'
                log_timezone = 'UTC'
                lc_messages = 'C'
                log_checkpoints = off
                # The server logs the errors of its own statements; the statements' values are nobody's business here.
                log_min_error_statement = panic

                """),
            cancellationToken);
        await SystemUsers.GiveAsync(file, home.User, cancellationToken);
    }

    /// <summary>Makes a folder that only the cluster's user can enter, and refuses one that somebody else made under that name.</summary>
    public async Task MakePrivateAsync(string folder, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        if (new DirectoryInfo(folder) is { LinkTarget: not null })
        {
            throw new EmbeddedPostgresException($"{folder} is a link; Postgres' folder must be a folder of its own. Delete the link.");
        }

        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, Private);
            await SystemUsers.GiveAsync(folder, home.User, cancellationToken);
        }
        else if (OperatingSystem.IsLinux() && home.User is { } user
            && await SystemUsers.OwnerAsync(folder, cancellationToken) is { } owner && owner.Id != user.Id)
        {
            // Root's own folder is a start that was killed between the two lines above.
            if (owner.Id != 0)
            {
                throw new EmbeddedPostgresException($"{folder} belongs to {owner.Name}, not to {user.Name} under which Postgres runs. Delete it.");
            }

            await SystemUsers.GiveAsync(folder, user, cancellationToken);
        }

        try
        {
            // Fails where the folder is another ordinary user's.
            File.SetUnixFileMode(folder, Private);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new EmbeddedPostgresException($"{folder} belongs to another user than this server's. Delete it.", failure);
        }
    }

    /// <summary>
    /// A killed Postgres leaves a lock file beside its socket too, and one more process number that another process may have now. The
    /// folder is this cluster's alone, so nobody's socket is in it while the cluster does not run.
    /// </summary>
    private static void DeleteSockets(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, ".s.PGSQL.*"))
        {
            File.Delete(file);
        }
    }

    private async Task KeepPrivateAsync(string file, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            await SystemUsers.GiveAsync(file, home.User, cancellationToken);
        }
    }

    private List<string> InitArguments(string folder, int major)
    {
        List<string> arguments =
        [
            "--pgdata", folder, "--username", SuperUser, "--encoding", "UTF8", "--locale", "C", "--data-checksums",
            "--auth-host", "scram-sha-256", "--auth-local", "trust", "--no-instructions",
        ];

        if (major >= 17)
        {
            // Sorts as C does, and knows the case of all letters on every operating system.
            arguments.AddRange(["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]);
        }

        if (settings.Tcp)
        {
            arguments.AddRange(["--pwfile", home.PasswordFile]);
        }

        if (!settings.Durable)
        {
            arguments.Add("--no-sync");
        }

        return arguments;
    }

    private void DeleteUnfinished()
    {
        foreach (var folder in Directory.EnumerateDirectories(home.Folder, Unfinished + "*"))
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException failure)
            {
                LogLeft(failure, folder);
            }
        }
    }

    [LoggerMessage(EventId = 5121, Level = LogLevel.Information, Message = "Making a new database in {Folder} with PostgreSQL {Major}")]
    private partial void LogInitialising(string folder, int major);

    [LoggerMessage(EventId = 5122, Level = LogLevel.Warning, Message = "{Folder}, left by an initdb that did not end, could not be deleted")]
    private partial void LogLeft(Exception failure, string folder);
}
