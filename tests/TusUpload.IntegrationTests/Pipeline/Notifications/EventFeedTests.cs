using System.Globalization;
using System.Text.Json;
using Npgsql;
using TusUpload.Data.Outbox;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Notifications;
using TusUpload.Pipeline.Steps;

namespace TusUpload.IntegrationTests.Pipeline.Notifications;

public sealed class EventFeedTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reader_gets_what_was_before_and_what_comes_as_cloud_events()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).StartAsync();
        var id = await host.ReceiveAsync(PipelineHost.Bytes(10));
        await DispatchedAsync(host);

        await using var feed = host.Get<EventFeed>().SubscribeAsync(PipelineHost.User, 0, Ct).GetAsyncEnumerator(Ct);
        var types = new List<string>();
        while (types.LastOrDefault() != EventType.FileReady && await feed.MoveNextAsync())
        {
            types.Add(feed.Current.Type);
            using var json = JsonDocument.Parse(feed.Current.Json);
            var one = json.RootElement;
            Assert.Equal("1.0", one.GetProperty("specversion").GetString());
            Assert.Equal("/tus-upload", one.GetProperty("source").GetString());
            Assert.Equal(feed.Current.Type, one.GetProperty("type").GetString());
            Assert.Equal(id, one.GetProperty("subject").GetGuid());
            Assert.Equal(id, one.GetProperty("data").GetProperty("id").GetGuid());
            Assert.Equal("application/json", one.GetProperty("datacontenttype").GetString());
            Assert.True(one.GetProperty("time").TryGetDateTimeOffset(out _));
            Assert.Equal(feed.Current.Sequence?.ToString(CultureInfo.InvariantCulture), one.GetProperty("sequence").GetString());
        }

        Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], types);
    }

    [Fact]
    public async Task Under_concurrent_commits_every_reader_gets_every_event_once_and_in_order()
    {
        const int writers = 8;
        const int each = 100;

        // The writers hold several transactions open at once, as requests do not.
        var settings = new Dictionary<string, string?> { ["Notifications:SubscriberBuffer"] = "16", ["Database:MaxConnections"] = "150" };
        await using var host = await (await PipelineHost.CreateAsync(postgres, settings)).StartAsync();
        await using var other = await (await host.RestartedAsync(new() { ["Content:Shared"] = "true" })).StartAsync();
        var written = new TaskCompletionSource();
        var readers = new List<Task<List<long>>>();
        for (var i = 0; i < 4; i++)
        {
            // On both processes; one of them stops reading at its first event until all of them are there.
            var feed = (i % 2 == 0 ? host : other).Get<EventFeed>();
            readers.Add(ReadAsync(feed, writers * each, i == 0 ? written.Task : Task.CompletedTask));
        }

        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => WriteAsync(host, writer, each)));
        await DispatchedAsync(host);
        written.SetResult();
        readers.Add(ReadAsync(host.Get<EventFeed>(), writers * each, Task.CompletedTask));

        foreach (var read in await Task.WhenAll(readers).WaitAsync(TimeSpan.FromSeconds(60), Ct))
        {
            Assert.Equal(read.Order().Distinct(), read);
            Assert.Equal(writers * each, read.Count);
        }
    }

    [Fact]
    public async Task Events_of_one_upload_keep_their_order_and_of_somebody_else_are_not_seen()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var id = await host.ReceiveAsync(PipelineHost.Bytes(10));
        await host.QueryAsync("UPDATE tus_upload.outbox SET user_id = 'bob' WHERE type = 'upload.created'");
        await host.Get<FilePipeline>().RunAsync(id, Ct);
        await host.Get<OutboxDispatcher>().RunOnceAsync(Ct);

        var events = await host.Get<OutboxFeed>().ReadAsync(0, 100, PipelineHost.User, Ct);

        Assert.Equal(["upload.received", "file.processing", "file.ready"], events.Select(one => one.Type));
    }

    [Fact]
    public async Task Dispatchers_at_the_same_time_give_each_event_one_place()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var places = new Dictionary<Guid, long>();
        await Task.WhenAll(
            Task.WhenAll(Enumerable.Range(0, 4).Select(writer => WriteAsync(host, writer, 100))),
            Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                for (var turn = 0; turn < 200; turn++)
                {
                    await host.Get<OutboxFeed>().DispatchAsync(7, Ct);
                    foreach (var one in await host.Get<OutboxFeed>().ReadAsync(0, 1_000, null, Ct))
                    {
                        lock (places)
                        {
                            Assert.Equal(one.Sequence, places.GetValueOrDefault(one.EventId, one.Sequence));
                            places[one.EventId] = one.Sequence;
                        }
                    }
                }
            })));
    }

    [Fact]
    public async Task Another_process_events_arrive_without_waiting_for_the_poll()
    {
        var settings = new Dictionary<string, string?> { ["Notifications:FeedPollInterval"] = "00:01:00", ["Content:Shared"] = "true" };
        await using var host = await (await PipelineHost.CreateAsync(postgres, settings)).StartAsync();
        await using var other = await (await host.RestartedAsync(settings)).StartAsync();
        await using var feed = other.Get<EventFeed>().SubscribeAsync(PipelineHost.User, 0, Ct).GetAsyncEnumerator(Ct);
        var first = feed.MoveNextAsync();

        await host.ReceiveAsync(PipelineHost.Bytes(10));
        await host.Get<OutboxDispatcher>().RunOnceAsync(Ct);

        Assert.True(await first.AsTask().WaitAsync(TimeSpan.FromSeconds(10), Ct));
    }

    [Fact]
    public async Task Without_a_place_only_what_comes_from_now_on_is_told()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).StartAsync();
        await WriteAsync(host, 0, 3);
        await DispatchedAsync(host);
        await using var feed = host.Get<EventFeed>().SubscribeAsync(PipelineHost.User, null, Ct).GetAsyncEnumerator(Ct);
        var first = feed.MoveNextAsync().AsTask();
        await Eventually.IsAsync(() => Task.FromResult(host.Get<FeedHub>().HasSubscribers));

        await WriteAsync(host, 0, 1);

        Assert.True(await first.WaitAsync(TimeSpan.FromSeconds(10), Ct));
        Assert.Equal(4, feed.Current.Sequence);
    }

    [Fact]
    public async Task A_cut_listening_connection_comes_back()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres, new() { ["Notifications:FeedPollInterval"] = "00:01:00" })).StartAsync();
        const string listening = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
        await Eventually.IsAsync(async () => await host.QueryAsync($"SELECT count(*) {listening}") is 1L);
        var before = await host.QueryAsync($"SELECT pid {listening}");

        await host.QueryAsync($"SELECT pg_terminate_backend(pid) {listening}");

        await Eventually.IsAsync(async () => await host.QueryAsync($"SELECT pid {listening}") is { } now && !now.Equals(before));
    }

    [Fact]
    public async Task Old_events_are_removed_and_waiting_ones_kept()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        await WriteAsync(host, 0, 3);
        await host.Get<OutboxDispatcher>().RunOnceAsync(Ct);
        await WriteAsync(host, 0, 2);
        await host.QueryAsync("UPDATE tus_upload.outbox SET occurred_at = now() - interval '8 days'");
        await WriteAsync(host, 0, 1);

        await host.Get<OutboxTrim>().RunOnceAsync(Ct);

        Assert.Equal(3L, await host.QueryAsync("SELECT count(*) FROM tus_upload.outbox"));
    }

    private static async Task<List<long>> ReadAsync(EventFeed feed, int count, Task goOn)
    {
        var places = new List<long>();
        await foreach (var message in feed.SubscribeAsync(PipelineHost.User, 0, Ct))
        {
            places.Add(message.Sequence!.Value);
            await goOn.WaitAsync(Ct);
            if (places.Count == count)
            {
                break;
            }
        }

        return places;
    }

    /// <summary>Transactions that commit in another order than they take their positions in: several are open at once, the last commits first.</summary>
    private static async Task WriteAsync(PipelineHost host, int writer, int count)
    {
        var random = new Random(writer);
        for (var written = 0; written < count;)
        {
            var open = new Stack<(NpgsqlConnection Connection, NpgsqlTransaction Transaction)>();
            for (var atOnce = Math.Min(random.Next(1, 5), count - written); atOnce > 0; atOnce--, written++)
            {
                var connection = await host.Get<NpgsqlDataSource>().OpenConnectionAsync(Ct);
                open.Push((connection, await connection.BeginTransactionAsync(Ct)));
                await using var insert = new NpgsqlCommand(
                    """
                    INSERT INTO tus_upload.outbox (type, user_id, workspace_id, subject, data, occurred_at)
                    VALUES ('file.ready', $1, $2, $3, '{}', now());
                    """,
                    connection);
                insert.Parameters.Add(new() { Value = PipelineHost.User });
                insert.Parameters.Add(new() { Value = host.Workspace });
                insert.Parameters.Add(new() { Value = Guid.CreateVersion7() });
                await insert.ExecuteNonQueryAsync(Ct);
            }

            foreach (var (connection, transaction) in open)
            {
                await transaction.CommitAsync(Ct);
                await connection.DisposeAsync();
            }
        }
    }

    private static Task DispatchedAsync(PipelineHost host) => Eventually.IsAsync(
        async () => await host.QueryAsync("SELECT count(*) FROM tus_upload.outbox WHERE sequence IS NULL") is 0L);
}
