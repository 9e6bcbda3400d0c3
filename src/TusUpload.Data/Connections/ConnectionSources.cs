using System.Data.Common;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using Npgsql;

namespace TusUpload.Data.Connections;

/// <summary>
/// Makes the data sources, each with a pool of its own size. A pool's queue is Npgsql's: first come first served, and who waited too long gets an
/// exception that is transient, which every edge answers as a database that is away.
/// </summary>
internal sealed partial class ConnectionSources(
    Func<string> address, Func<string?> direct, Func<string?> replica, IOptions<DatabaseOptions> options, ILogger<ConnectionSources> logger)
{
    private const int AliveEvery = 30;
    private static readonly string[] Ours = ["Maximum Pool Size", "Minimum Pool Size", "Pooling", "Timeout"];

    private int _warned;

    public ConnectionBudget Budget => ConnectionBudget.Split(options.Value.MaxConnections);

    public NpgsqlDataSource Create(string pool) => pool switch
    {
        Pools.Commits => Build(pool, Pooled(Budget.Commits)),
        Pools.Jobs => Build(pool, Alone(Pooled(Budget.Jobs))),
        Pools.Api => Build(pool, Pooled(Budget.Api)),
        Pools.Heartbeat => Build(pool, Alone(Pooled(1))),
        Pools.Signals => Build(pool, Alone(direct() is { Length: > 0 } way ? Sized(way, 1, isPooled: false) : Pooled(1))),
        _ => Build(pool, Pooled(Budget.Wire)),
    };

    /// <summary>Where lists may be read; null where there is none. Its connections are other servers', and are not in the budget.</summary>
    public NpgsqlDataSource? CreateReplica()
    {
        if (replica() is not { Length: > 0 } way)
        {
            return null;
        }

        var settings = Sized(way, Budget.Api, options.Value.IsPooled);
        if (settings.Host?.Contains(',', StringComparison.Ordinal) != true)
        {
            // There is nothing to choose from, and Npgsql refuses to.
            settings.Remove("Target Session Attributes");
            return Build(Pools.Replica, settings);
        }

        if (!Says(way, "Target Session Attributes"))
        {
            (settings.TargetSessionAttributes, settings.LoadBalanceHosts) = ("prefer-standby", true);
        }

        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = Pools.Replica }.BuildMultiHost();
    }

    private static NpgsqlDataSource Build(string pool, NpgsqlConnectionStringBuilder settings) =>
        new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = pool }.Build();

    private static NpgsqlConnectionStringBuilder Alone(NpgsqlConnectionStringBuilder settings)
    {
        if (settings.KeepAlive == 0)
        {
            // A listening connection sends nothing by itself; without this a cut one would look alive for ever.
            settings.KeepAlive = AliveEvery;
        }

        return settings;
    }

    private NpgsqlConnectionStringBuilder Pooled(int size)
    {
        var given = address();
        Warn(given);
        return Sized(given, size, options.Value.IsPooled);
    }

    /// <summary>What the hot paths need and an owner's connection string seldom says; what it does say stays, but for the sizes of pools.</summary>
    private NpgsqlConnectionStringBuilder Sized(string given, int size, bool isPooled)
    {
        var settings = new NpgsqlConnectionStringBuilder(given);
        settings.ApplicationName ??= "tus-upload";
        settings.Pooling = true;
        settings.MinPoolSize = 0;
        settings.MaxPoolSize = size;
        settings.Timeout = (int)Math.Ceiling(options.Value.QueueTimeout.TotalSeconds);

        // Nothing of ours leaves a session other than it found it, and to make sure costs six statements before each next one.
        settings.NoResetOnClose = true;
        if (isPooled)
        {
            // A statement that was prepared, and whatever else belongs to a session, is on one of the pooler's connections and the next transaction
            // on another.
            settings.MaxAutoPrepare = 0;
        }
        else if (!Says(given, "Max Auto Prepare"))
        {
            // Measured: an append costs less than half with a prepared plan.
            settings.MaxAutoPrepare = 100;
            settings.AutoPrepareMinUsages = 2;

            // Our statements look rows up by their keys, whatever the values; Postgres would plan some of them anew each time, which costs more than
            // to run them.
            settings.Options ??= "-c plan_cache_mode=force_generic_plan -c jit=off";
        }

        return settings;
    }

    // Npgsql's own builder claims to contain every keyword that it knows.
    private static bool Says(string given, string key) => new DbConnectionStringBuilder { ConnectionString = given }.Keys.Cast<string>()
        .Any(said => string.Equals(Plain(said), Plain(key), StringComparison.OrdinalIgnoreCase));

    private static string Plain(string key) => key.Replace(" ", "", StringComparison.Ordinal);

    private void Warn(string given)
    {
        var overruled = Ours.Where(key => Says(given, key)).ToArray();
        if (overruled.Length > 0 && Interlocked.Exchange(ref _warned, 1) == 0)
        {
            LogOverruled(string.Join(", ", overruled));
        }
    }

    [LoggerMessage(
        EventId = 4201, Level = LogLevel.Warning,
        Message = "ConnectionStrings:Postgres says {Keys}, which do not count here: Database:MaxConnections and Database:QueueTimeout do")]
    private partial void LogOverruled(string keys);
}
