using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TusUpload.Data.Signals;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Progress;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Two servers on one database and one content folder. Whatever of it is silent listens: signals are heard unless <see cref="IsDeaf"/>.</summary>
public class TwoNodes(PostgresServer postgres) : IAsyncLifetime
{
    private readonly TestFolder _content = new();

    public RunningServer One { get; private set; } = null!;

    public RunningServer Other { get; private set; } = null!;

    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>Nothing that nodes call to each other is heard.</summary>
    protected virtual bool IsDeaf => false;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        One = await StartAsync(null);
        Other = await StartAsync(One);
        Database = NpgsqlDataSource.Create(One.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await Other.DisposeAsync();
        await One.DisposeAsync();
        await _content.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>One more; for its test to dispose of.</summary>
    public async Task<RunningServer> StartAsync(RunningServer? beside)
    {
        // Notifications stay within their database.
        var elsewhere = IsDeaf ? await postgres.CreateDatabaseAsync() : null;
        var server = await RunningServer.StartAsync(
            postgres,
            settings =>
            {
                settings["Content:Shared"] = "true";
                settings["Content:Path"] = _content.FullPath;
                if (beside is not null)
                {
                    settings["ConnectionStrings:Postgres"] = beside.ConnectionString;
                    settings["Storage:LocalPath"] = Path.Combine(beside.DataPath, "objects");
                }
            },
            services =>
            {
                if (elsewhere is not null)
                {
                    services.AddKeyedSingleton("signals", (_, _) => NpgsqlDataSource.Create(elsewhere));
                }
            });
        var signals = server.Services.GetRequiredService<DatabaseSignals>();
        await TusRequests.EventuallyAsync(() => Task.FromResult(IsDeaf || signals.IsListening));
        return server;
    }

    public static Guid NodeOf(RunningServer server) => server.Services.GetRequiredService<LocalNode>().Id;

    /// <summary>Waits until the node has received so much.</summary>
    public static async Task ReceivedAsync(RunningServer node, Uri upload, long offset)
    {
        var live = node.Services.GetRequiredService<LiveUploads>();
        await TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == offset));
    }

    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(Ct);
    }
}

/// <summary>As behind a pooler in transaction mode: LISTEN is taken and nothing is heard.</summary>
public sealed class TwoDeafNodes(PostgresServer postgres) : TwoNodes(postgres)
{
    protected override bool IsDeaf => true;
}
