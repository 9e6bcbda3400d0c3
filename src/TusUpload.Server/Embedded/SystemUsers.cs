using System.Globalization;

namespace TusUpload.Server.Embedded;

/// <summary>Finds or makes the user under which a server that is root runs Postgres. Linux only.</summary>
internal sealed partial class SystemUsers(ILogger<SystemUsers> logger)
{
    private const string Usual = "postgres";
    private const string Own = "tus-upload";

    /// <summary>The user postgres that packages bring, else a system user of our own.</summary>
    public async Task<SystemUser> FindOrCreateAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(Usual, cancellationToken) is { } usual)
        {
            return usual;
        }

        if (await FindAsync(Own, cancellationToken) is { } own)
        {
            return own;
        }

        var made = await CommandRunner.RunAsync(
            CommandRunner.FindInPath("useradd") ?? "useradd",
            ["--system", "--user-group", "--no-create-home", "--home-dir", "/", "--shell", "/bin/false", Own],
            user: null,
            cancellationToken);
        LogMade(Own);
        return await FindAsync(Own, cancellationToken) ?? throw new EmbeddedPostgresException(
            $"Postgres does not run as root, and the system user {Own} could not be made: {made.Output}");
    }

    /// <summary>Whose a file or folder is.</summary>
    public static async Task<SystemUser> OwnerAsync(string path, CancellationToken cancellationToken)
    {
        var stat = await CommandRunner.RunAsync("stat", ["-c", "%u %g %U", path], user: null, cancellationToken);
        var parts = stat.Output.Split(' ');
        return stat.Succeeded && parts.Length == 3
            ? new SystemUser(Number(parts[0]), Number(parts[1]), parts[2])
            : throw new EmbeddedPostgresException($"The owner of {path} cannot be read: {stat.Output}");
    }

    /// <summary>Gives a folder and all in it to the user; nothing to do where there is none.</summary>
    public static async Task GiveAsync(string path, SystemUser? user, CancellationToken cancellationToken)
    {
        if (user is null)
        {
            return;
        }

        var owner = string.Create(CultureInfo.InvariantCulture, $"{user.Id}:{user.GroupId}");
        var given = await CommandRunner.RunAsync("chown", ["-R", owner, path], user: null, cancellationToken);
        if (!given.Succeeded)
        {
            throw new EmbeddedPostgresException($"{path} cannot be given to the user {user.Name}: {given.Output}");
        }
    }

    /// <summary>Whether the user can enter the folder, which all folders above it decide.</summary>
    public static async Task<bool> CanEnterAsync(string folder, SystemUser user, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync("/bin/sh", ["-c", "cd -- \"$1\"", "sh", folder], user, cancellationToken)).Succeeded;

    private static async Task<SystemUser?> FindAsync(string name, CancellationToken cancellationToken)
    {
        var id = await CommandRunner.RunAsync("id", ["-u", name], user: null, cancellationToken);
        var group = await CommandRunner.RunAsync("id", ["-g", name], user: null, cancellationToken);
        return id.Succeeded && group.Succeeded ? new SystemUser(Number(id.Output), Number(group.Output), name) : null;
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    [LoggerMessage(EventId = 5100, Level = LogLevel.Information, Message = "Postgres does not run as root: made the system user {User} for it")]
    private partial void LogMade(string user);
}
