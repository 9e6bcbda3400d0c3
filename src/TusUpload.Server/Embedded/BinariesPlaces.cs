using System.Globalization;

namespace TusUpload.Server.Embedded;

/// <summary>Folders where Postgres' programs usually are.</summary>
internal static class BinariesPlaces
{
    /// <summary>PATH first, then what packages install, the newest major first.</summary>
    public static IReadOnlyList<string> Usual() => [.. FoldersOfPath(), .. Packaged()];

    private static string[] FoldersOfPath() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static IEnumerable<string> Packaged()
    {
        if (OperatingSystem.IsWindows())
        {
            var programs = Environment.GetFolderPath(Environment.SpecialFolder.ProgramFiles);
            return NewestFirst(Path.Combine(programs, "PostgreSQL"), "*");
        }

        if (OperatingSystem.IsMacOS())
        {
            return NewestFirst("/opt/homebrew/opt", "postgresql@*")
                .Concat(NewestFirst("/usr/local/opt", "postgresql@*"))
                .Concat(NewestFirst("/Applications/Postgres.app/Contents/Versions", "*"));
        }

        // Debian and Ubuntu; then the packages that the PostgreSQL project makes for Red Hat and its kin.
        return NewestFirst("/usr/lib/postgresql", "*").Concat(NewestFirst("/usr", "pgsql-*"));
    }

    private static IEnumerable<string> NewestFirst(string parent, string pattern) =>
        Directory.Exists(parent)
            ? Directory.EnumerateDirectories(parent, pattern).OrderByDescending(Major).Select(folder => Path.Combine(folder, "bin"))
            : [];

    private static int Major(string folder)
    {
        var digits = string.Concat(Path.GetFileName(folder).SkipWhile(c => !char.IsAsciiDigit(c)).TakeWhile(char.IsAsciiDigit));
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
    }
}
