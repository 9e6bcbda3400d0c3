using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

using Npgsql;

namespace TusUpload.Data.Connections;

/// <summary>
/// Reads that may be some seconds old: from a replica where there is one, from the primary while it is away. Nothing that decides belongs here, nor
/// what a client asks for right after it wrote it.
/// </summary>
public sealed partial class StaleReads
{
    // Lists do not wait again and again for a replica that does not answer.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);
    private readonly IDbContextFactory<TusUploadDb> _primary;
    private readonly Lazy<DbContextOptions<TusUploadDb>?> _replica;
    private readonly TimeProvider _time;
    private readonly ILogger<StaleReads> _logger;
    private long _awayUntil;

    internal StaleReads(
        IDbContextFactory<TusUploadDb> primary, Func<NpgsqlDataSource?> replica, TimeProvider time, ILogger<StaleReads> logger)
    {
        (_primary, _time, _logger) = (primary, time, logger);
        _replica = new(() => replica() is { } source
            ? new DbContextOptionsBuilder<TusUploadDb>()
                .UseNpgsql(source, DataServiceCollectionExtensions.Configure).UseSnakeCaseNamingConvention().Options
            : null);
    }

    public async Task<T> RunAsync<T>(Func<TusUploadDb, Task<T>> read)
    {
        if (_replica.Value is { } options && _time.GetUtcNow().Ticks >= Volatile.Read(ref _awayUntil))
        {
            try
            {
                await using var replica = new TusUploadDb(options);
                return await read(replica);
            }
            catch (Exception trouble) when (IsOfDatabase(trouble))
            {
                Volatile.Write(ref _awayUntil, (_time.GetUtcNow() + Pause).Ticks);
                LogAway(trouble.GetType().Name, trouble.Message);
            }
        }

        await using var primary = await _primary.CreateDbContextAsync();
        return await read(primary);
    }

    // Whatever it is, the primary knows better: a query that it ended because of what it had to replay comes here too.
    private static bool IsOfDatabase(Exception? trouble)
    {
        for (; trouble is not null; trouble = trouble.InnerException)
        {
            if (trouble is NpgsqlException)
            {
                return true;
            }
        }

        return false;
    }

    [LoggerMessage(EventId = 4202, Level = LogLevel.Warning, Message = "The replica is away ({Kind}: {Reason}); lists are read from the primary")]
    private partial void LogAway(string kind, string reason);
}
