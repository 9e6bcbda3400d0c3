using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace TusUpload.Server.Embedded;

/// <summary>
/// <c>postmaster.pid</c>: what a running Postgres says of itself, and what one that was killed leaves behind. Its lines are process
/// id, cluster folder, start time, port, socket folder, listen address, shared memory, status; a starting one has not all of them yet.
/// </summary>
internal sealed record PostmasterFile(string FilePath, int ProcessId, string Cluster, int Port, string SocketFolder, string Status)
{
    /// <summary>Above every process id that Linux, macOS or Windows gives, yet a number that Postgres accepts.</summary>
    private const int NoProcess = int.MaxValue;

    public bool IsReady => Status == "ready";

    /// <summary>Null: there is none, so nothing runs and nothing was killed.</summary>
    public static PostmasterFile? Read(string cluster)
    {
        var path = Path.Combine(cluster, "postmaster.pid");
        string[] lines;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file, Encoding.UTF8);
            lines = reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        string Line(int index) => index < lines.Length ? lines[index] : "";
        int Number(int index) => int.TryParse(Line(index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : 0;
        return new PostmasterFile(path, Number(0), Line(1), Number(3), Line(4), Line(7));
    }

    /// <summary>
    /// Whether the process is there and is the Postgres of <paramref name="cluster"/>. Its number alone says little: after a restart of
    /// the machine or the container another process often has it, perhaps this very server.
    /// </summary>
    public async Task<bool> IsAliveAsync(string cluster, CancellationToken cancellationToken)
    {
        if (ProcessId <= 0 || ProcessId == Environment.ProcessId || ProcessId == NoProcess)
        {
            return false;
        }

        if (OperatingSystem.IsWindows())
        {
            return IsPostgresOnWindows();
        }

        // The file of a copied folder names the folder it was copied from.
        if (Cluster.Length > 0 && Cluster != cluster)
        {
            return false;
        }

        return OperatingSystem.IsLinux()
            ? IsPostgresOf(cluster, await CommandLineAsync(cancellationToken))
            : await IsListedAsync(cluster, cancellationToken);
    }

    /// <summary>
    /// Makes the file name no process. It is not deleted: Postgres needs its line on shared memory to see whether children of the killed
    /// one are still writing, and refuses to start until they have gone.
    /// </summary>
    public void ForgetProcess()
    {
        var lines = File.ReadAllLines(FilePath);
        lines[0] = NoProcess.ToString(CultureInfo.InvariantCulture);
        File.WriteAllText(FilePath, string.Join('\n', lines) + "\n");
    }

    private static bool IsPostgresOf(string cluster, string[] command)
    {
        // Empty: no such process, or one that has ended and that nobody has asked for its end.
        if (command.Length == 0 || Path.GetFileName(command[0]) is not ("postgres" or "postmaster"))
        {
            return false;
        }

        // Without a full path a person started it by hand; the file that names it lies in this cluster.
        var folder = Array.IndexOf(command, "-D") is var option and >= 0 && option + 1 < command.Length ? command[option + 1] : "";
        return !Path.IsPathRooted(folder) || folder == cluster;
    }

    private async Task<string[]> CommandLineAsync(CancellationToken cancellationToken)
    {
        try
        {
            var line = await File.ReadAllTextAsync(
                string.Create(CultureInfo.InvariantCulture, $"/proc/{ProcessId}/cmdline"), cancellationToken);
            return line.Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private async Task<bool> IsListedAsync(string cluster, CancellationToken cancellationToken)
    {
        var id = ProcessId.ToString(CultureInfo.InvariantCulture);
        var listed = await CommandRunner.RunAsync("ps", ["-p", id, "-o", "command="], user: null, cancellationToken);
        return listed.Output.Contains("postgres", StringComparison.Ordinal) && listed.Output.Contains(cluster, StringComparison.Ordinal);
    }

    private bool IsPostgresOnWindows()
    {
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return process.ProcessName.Equals("postgres", StringComparison.OrdinalIgnoreCase);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
