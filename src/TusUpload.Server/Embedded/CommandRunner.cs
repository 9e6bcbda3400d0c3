using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace TusUpload.Server.Embedded;

/// <summary>How a command ended and what it said.</summary>
internal sealed record CommandResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs the programs of Postgres and of the system; as another user where one is named, which only root may do.</summary>
internal static class CommandRunner
{
    /// <summary>How long to wait for the rest of what a program said once it has ended.</summary>
    private static readonly TimeSpan AfterItsEnd = TimeSpan.FromSeconds(2);

    private static readonly string[] SystemFolders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    /// <param name="program">Full path, or a name that <see cref="FindInPath"/> finds.</param>
    /// <param name="user">Null: the user of this process.</param>
    /// <exception cref="EmbeddedPostgresException">The program cannot be started.</exception>
    public static async Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, SystemUser? user, CancellationToken cancellationToken)
    {
        using var process = new Process { StartInfo = Describe([program, .. arguments], user) };
        try
        {
            process.Start();
        }
        catch (Exception failure) when (failure is Win32Exception or FileNotFoundException)
        {
            throw new EmbeddedPostgresException($"{process.StartInfo.FileName} cannot be run: {failure.Message}", failure);
        }

        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new CommandResult(process.ExitCode, await WholeAsync(output, errors));
        }
        catch (OperationCanceledException)
        {
            // Only the program itself: a postmaster that pg_ctl has begun to start is left to be adopted.
            process.Kill(entireProcessTree: false);
            throw;
        }
    }

    /// <summary>Full path of a program in PATH or, because root's PATH may lack them, in the system folders; null: nowhere.</summary>
    public static string? FindInPath(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return folders.Concat(OperatingSystem.IsWindows() ? [] : SystemFolders)
            .Select(folder => Path.Combine(folder, name))
            .FirstOrDefault(File.Exists);
    }

    private static async Task<string> WholeAsync(Task<string> output, Task<string> errors)
    {
        try
        {
            return string.Concat(await Task.WhenAll(output, errors).WaitAsync(AfterItsEnd)).Trim();
        }
        catch (TimeoutException)
        {
            // On Windows a postmaster inherits the pipes of pg_ctl, and they stay open as long as it runs.
            return "";
        }
    }

    private static ProcessStartInfo Describe(string[] command, SystemUser? user)
    {
        string[] whole = user is null ? command : [.. WayDown(user), .. command];
        var start = new ProcessStartInfo(whole[0], whole[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
            // The server's own folder may be closed to the other user.
            WorkingDirectory = OperatingSystem.IsWindows() ? "" : "/",
        };

        // PGPORT, PGDATA, PGOPTIONS ... of the shell would reach into the cluster.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C";
        return start;
    }

    private static string[] WayDown(SystemUser user)
    {
        if (FindInPath("setpriv") is { } setpriv && !IsBusyBox(setpriv))
        {
            var (id, group) = (user.Id.ToString(CultureInfo.InvariantCulture), user.GroupId.ToString(CultureInfo.InvariantCulture));
            return [setpriv, "--reuid", id, "--regid", group, "--clear-groups", "--"];
        }

        return FindInPath("runuser") is { } runuser
            ? [runuser, "-u", user.Name, "--"]
            : throw new EmbeddedPostgresException(
                "Postgres does not run as root, and neither setpriv nor runuser (package util-linux) is here to run it as another user. " +
                "Install one of them, run the server as an ordinary user, or set ConnectionStrings:Postgres.");
    }

    /// <summary>BusyBox has a setpriv that cannot change the user.</summary>
    private static bool IsBusyBox(string program) =>
        File.ResolveLinkTarget(program, returnFinalTarget: true)?.Name.Contains("busybox", StringComparison.Ordinal) is true;
}
