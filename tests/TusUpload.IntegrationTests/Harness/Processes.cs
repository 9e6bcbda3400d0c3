using System.Diagnostics;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>Looks at and ends processes the hard way, as a power cut or the out-of-memory killer would.</summary>
internal static class Processes
{
    /// <summary>SIGKILL to the postmaster of a cluster, if it runs.</summary>
    public static async Task KillPostgresAsync(string cluster)
    {
        if (PostmasterFile.Read(cluster) is { } file && await file.IsAliveAsync(cluster, CancellationToken.None))
        {
            using var process = Process.GetProcessById(file.ProcessId);
            process.Kill();
        }
    }

    public static async Task<bool> PostgresRunsAsync(string cluster) =>
        PostmasterFile.Read(cluster) is { } file && await file.IsAliveAsync(cluster, CancellationToken.None);

    /// <summary>Session of a process (Linux): Ctrl+C in a terminal reaches only processes of the terminal's own session.</summary>
    public static int SessionOf(int processId)
    {
        // The name in parentheses may hold blanks; after it come state, parent, group, session.
        var stat = File.ReadAllText(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/proc/{processId}/stat"));
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
    }
}
