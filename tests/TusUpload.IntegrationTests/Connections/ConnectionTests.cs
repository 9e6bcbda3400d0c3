using System.Net;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Connections;

public sealed class ConnectionTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crowd_is_served_within_the_budget()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings =>
        {
            settings["Database:MaxConnections"] = "8";
            settings["Jobs:Workers"] = "1";
        });
        await using var watch = NpgsqlDataSource.Create(server.ConnectionString);
        await using var watching = await watch.OpenConnectionAsync(Ct);
        using var done = new CancellationTokenSource();
        var most = WatchAsync(watching, done.Token);

        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => server.UploadAsync([1, 2, 3])));
        var lists = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => server.Client.GetAsync(new Uri("/api/v1/files", UriKind.Relative), Ct)));

        await done.CancelAsync();
        Assert.Equal(100, ids.Distinct().Count());
        Assert.All(lists, list => Assert.Equal(HttpStatusCode.OK, list.StatusCode));
        Assert.InRange(await most, 1, 8);
    }

    [Fact]
    public async Task Who_waits_too_long_is_told_to_come_back()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings =>
        {
            settings["Database:MaxConnections"] = "8";
            settings["Database:QueueTimeout"] = "00:00:01";
            settings["Jobs:Workers"] = "1";
        });
        var id = await server.CreateUploadAsync(10);
        await using var wire = await TakenAsync(server, key: null, ConnectionBudget.Split(8).Wire);
        await using var api = await TakenAsync(server, Pools.Api, ConnectionBudget.Split(8).Api);

        using var creation = await server.Client.SendAsync(Tus(HttpMethod.Post, "/uploads", ("Upload-Length", "5")), Ct);
        using var head = await server.Client.SendAsync(Tus(HttpMethod.Head, $"/uploads/{id}"), Ct);
        using var list = await server.Client.GetAsync(new Uri("/api/v1/files", UriKind.Relative), Ct);
        using var ready = await server.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, creation.StatusCode);
        Assert.NotNull(creation.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.Locked, head.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, list.StatusCode);
        Assert.Equal("application/problem+json", list.Content.Headers.ContentType?.MediaType);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    [Fact]
    public async Task Lists_answer_while_the_replica_is_away_and_metrics_name_the_pools()
    {
        await using var server = await RunningServer.StartAsync(
            postgres, settings => settings["ConnectionStrings:PostgresReadOnly"] = "Host=127.0.0.1,127.0.0.2;Port=1;Username=nobody;Database=none");
        await server.UploadAsync([1]);

        using var list = await server.Client.GetAsync(new Uri("/api/v1/uploads", UriKind.Relative), Ct);
        var metrics = await server.Client.GetStringAsync(new Uri("/metrics", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.OK, list.StatusCode);
        Assert.Contains("tus_requests", metrics, StringComparison.Ordinal);
        Assert.Contains("pool_name=\"wire\"", metrics, StringComparison.Ordinal);
        Assert.Contains("pool_name=\"commits\"", metrics, StringComparison.Ordinal);
    }

    private static async Task<long> WatchAsync(NpgsqlConnection connection, CancellationToken done)
    {
        // Not the watcher's own.
        await using var count = new NpgsqlCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()", connection);
        var most = 0L;
        while (!done.IsCancellationRequested)
        {
            most = Math.Max(most, (long)(await count.ExecuteScalarAsync(Ct))!);
        }

        return most;
    }

    private static async Task<Taken> TakenAsync(RunningServer server, string? key, int count)
    {
        var source = key is null
            ? server.Services.GetRequiredService<NpgsqlDataSource>() : server.Services.GetRequiredKeyedService<NpgsqlDataSource>(key);
        var taken = new Taken();
        for (var i = 0; i < count; i++)
        {
            taken.Connections.Add(await source.OpenConnectionAsync(Ct));
        }

        return taken;
    }

    private static HttpRequestMessage Tus(HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Headers = { { "Tus-Resumable", "1.0.0" } } };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private sealed class Taken : IAsyncDisposable
    {
        public List<NpgsqlConnection> Connections { get; } = [];

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in Connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
