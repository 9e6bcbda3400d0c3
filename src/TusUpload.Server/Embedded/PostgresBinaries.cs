using System.Globalization;
using System.Text.RegularExpressions;

namespace TusUpload.Server.Embedded;

/// <summary>A folder with the three programs a cluster needs, all of one version.</summary>
internal sealed partial record PostgresBinaries(string Folder, int Major)
{
    /// <summary>Oldest major that still gets fixes and that the schema is tried with.</summary>
    public const int OldestMajor = 14;

    public string InitDb => ProgramIn(Folder, "initdb");

    public string PgCtl => ProgramIn(Folder, "pg_ctl");

    /// <summary>
    /// Null: not all three are there, or the user cannot run them. Debian's /usr/bin has wrappers of the clients only, which this
    /// leaves out by itself.
    /// </summary>
    public static async Task<PostgresBinaries?> ReadAsync(string folder, SystemUser? user, CancellationToken cancellationToken)
    {
        var programs = new[] { "initdb", "pg_ctl", "postgres" };
        if (!Path.IsPathFullyQualified(folder) || !programs.All(program => File.Exists(ProgramIn(folder, program))))
        {
            return null;
        }

        var asked = await CommandRunner.RunAsync(ProgramIn(folder, "postgres"), ["--version"], user, cancellationToken);
        return asked.Succeeded && VersionText().Match(asked.Output) is { Success: true } version
            ? new PostgresBinaries(folder, int.Parse(version.Groups["major"].ValueSpan, CultureInfo.InvariantCulture))
            : null;
    }

    /// <summary>What the folder's Postgres answers when it is asked for its version, or why it cannot be run.</summary>
    public static async Task<string> AskAsync(string folder, SystemUser? user, CancellationToken cancellationToken) =>
        (await CommandRunner.RunAsync(ProgramIn(folder, "postgres"), ["--version"], user, cancellationToken)).Output;

    private static string ProgramIn(string folder, string program) =>
        Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program);

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>[0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VersionText();
}
