using System.Runtime.Versioning;

namespace TusUpload.Server.Embedded;

/// <summary>
/// Chooses where the cluster lives and whose it is. In the data folder, unless the server is root and the cluster's user cannot get
/// there (a folder under /root): then under /var/lib/tus-upload.
/// </summary>
internal sealed partial class ClusterHomes(ILoggerFactory loggers)
{
    public const string SystemFolder = "/var/lib/tus-upload";

    private const string Signpost = "cluster-is-elsewhere.txt";
    private const string TooMuchForAShell = "\"$`\\\n";

    private const UnixFileMode EnterableByAll =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead |
        UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly ILogger _logger = loggers.CreateLogger<ClusterHomes>();

    /// <exception cref="EmbeddedPostgresException">The cluster is another user's, or nobody can run it.</exception>
    public async Task<ClusterHome> ChooseAsync(DataFolder data, CancellationToken cancellationToken)
    {
        var own = Path.Combine(data.FullPath, "postgres");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(own);
            return new ClusterHome(own, User: null);
        }

        if (own.AsSpan().IndexOfAny(TooMuchForAShell) >= 0)
        {
            throw new EmbeddedPostgresException($"pg_ctl cannot run a cluster in {own}: Data:Path must be without \" $ ` \\ and line breaks.");
        }

        if (!Environment.IsPrivilegedProcess)
        {
            return AsOrdinaryUser(own);
        }

        return OperatingSystem.IsLinux()
            ? await AsRootAsync(data.FullPath, own, cancellationToken)
            : throw new EmbeddedPostgresException(
                "Postgres does not run as root. Run the server as an ordinary user, or set ConnectionStrings:Postgres.");
    }

    private static ClusterHome AsOrdinaryUser(string own)
    {
        Directory.CreateDirectory(own);
        var home = new ClusterHome(own, User: null);
        var signpost = Path.Combine(own, Signpost);
        if (File.Exists(signpost))
        {
            throw new EmbeddedPostgresException(
                $"The server ran as root on this data folder before, and its database is in {File.ReadAllText(signpost).Trim()}. " +
                $"Run it as root again, or move that folder's content to {own}, give it to this user and delete {signpost}.");
        }

        try
        {
            if (Directory.Exists(home.Cluster))
            {
                _ = Directory.EnumerateFileSystemEntries(home.Cluster).Any();
            }
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new EmbeddedPostgresException(
                $"The database in {home.Cluster} belongs to another user: the server ran as root on this data folder before. Run it as " +
                "root again, or give the data folder to this user.",
                failure);
        }

        return home;
    }

    [SupportedOSPlatform("linux")]
    private async Task<ClusterHome> AsRootAsync(string dataPath, string own, CancellationToken cancellationToken)
    {
        var elsewhere = Path.Combine(SystemFolder, ClusterHome.HashOf(dataPath));
        var existing = new[] { own, elsewhere }.FirstOrDefault(folder => ClusterHome.ReadMajor(Path.Combine(folder, "cluster")) is not null);
        var user = await UserAsync(existing, cancellationToken);

        MakeOpenToAll(own);
        var home = new ClusterHome(own, user);
        if (existing != elsewhere && await SystemUsers.CanEnterAsync(own, user, cancellationToken))
        {
            return home;
        }

        if (existing == own)
        {
            throw new EmbeddedPostgresException(
                $"The database is in {own}, where the user {user.Name}, under which Postgres runs, cannot get. " +
                "Let that user pass through the folders above it (chmod o+x).");
        }

        MakeOpenToAll(SystemFolder);
        MakeOpenToAll(elsewhere);
        await File.WriteAllTextAsync(Path.Combine(own, Signpost), elsewhere + "\n", cancellationToken);
        LogElsewhere(user.Name, own, elsewhere);
        return new ClusterHome(elsewhere, user);
    }

    /// <summary>A cluster keeps its owner; one that root copied here without its owner gets one.</summary>
    private async Task<SystemUser> UserAsync(string? existing, CancellationToken cancellationToken)
    {
        if (existing is not null)
        {
            var owner = await SystemUsers.OwnerAsync(Path.Combine(existing, "cluster"), cancellationToken);
            if (owner.Id != 0)
            {
                return owner;
            }
        }

        var user = await new SystemUsers(loggers.CreateLogger<SystemUsers>()).FindOrCreateAsync(cancellationToken);
        if (existing is not null)
        {
            await SystemUsers.GiveAsync(Path.Combine(existing, "cluster"), user, cancellationToken);
        }

        return user;
    }

    [UnsupportedOSPlatform("windows")]
    private static void MakeOpenToAll(string folder) =>
        File.SetUnixFileMode(Directory.CreateDirectory(folder).FullName, EnterableByAll);

    [LoggerMessage(EventId = 5120, Level = LogLevel.Warning,
        Message = "The user {User}, under which Postgres runs, cannot get into {Folder}: the database lives in {Elsewhere}")]
    private partial void LogElsewhere(string user, string folder, string elsewhere);
}
