using Npgsql;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Connections;

/// <summary>A server, and others on its database and folders, all of them behind PgBouncer in transaction mode.</summary>
internal sealed class BehindPooler : IAsyncDisposable
{
    private readonly TestFolder _content = new();
    private readonly List<RunningServer> _others = [];
    private PgBouncer? _bouncer;

    public RunningServer Server { get; private set; } = null!;

    /// <param name="size">Connections that the pooler opens to Postgres at most.</param>
    public static async Task<BehindPooler> StartAsync(PostgresServer postgres, int size)
    {
        var behind = new BehindPooler();
        try
        {
            behind.Server = await RunningServer.StartAsync(postgres, behind.Settings, before: async address =>
            {
                behind._bouncer = await PgBouncer.StartAsync(address, size);
                return behind._bouncer.ConnectionString;
            });
            return behind;
        }
        catch
        {
            await behind.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more node.</summary>
    public async Task<RunningServer> BesideAsync(PostgresServer postgres)
    {
        var other = await RunningServer.StartAsync(postgres, settings =>
        {
            Settings(settings);
            settings["ConnectionStrings:Postgres"] = Server.ConnectionString;
            settings["Storage:LocalPath"] = Path.Combine(Server.DataPath, "objects");
        });
        _others.Add(other);
        return other;
    }

    /// <summary>Connections that Postgres has for this database.</summary>
    public async Task<long> ConnectionsAsync()
    {
        await using var source = NpgsqlDataSource.Create(Server.ConnectionString);
        await using var count = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()");
        return (long)(await count.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }

        await (Server?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_bouncer?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _content.DisposeAsync();
    }

    private void Settings(IDictionary<string, string> settings)
    {
        settings["Database:Pooler"] = "transaction";
        settings["Content:Shared"] = "true";
        settings["Content:Path"] = _content.FullPath;
    }
}
