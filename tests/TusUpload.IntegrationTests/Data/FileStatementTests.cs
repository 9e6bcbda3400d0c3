using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Outbox;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class FileStatementTests(PostgresServer postgres)
{
    private static readonly Guid Node = Guid.CreateVersion7();
    private static readonly string Digest = new('0', 64);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Settling_counts_stores_and_announces_once_however_often_it_is_said()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await database.BatchAsync(expected: 1);
        var id = await database.ReceiveAsync(70, batch);
        var files = database.Get<FileProcessing>();
        Assert.NotNull(await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct));
        Assert.NotNull(await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct));

        var settled = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => files.SettleAsync(id, Digest, "key", null, TestDatabase.Now, Ct)));

        Assert.Single(settled, true);
        Assert.Equal((70, 0), await database.UsageAsync());
        Assert.Equal(
            ["upload.created", "upload.received", "file.processing", "file.ready", "batch.completed"],
            await database.EventsAsync());
        var ended = await database.BatchAsync(batch);
        Assert.Equal("completed", ended.Status);
        Assert.NotNull(ended.EndedAt);
        Assert.Null(await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct));
    }

    [Fact]
    public async Task Files_that_end_and_files_that_join_the_same_batch_never_wait_for_each_other_in_a_circle()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await database.BatchAsync(expected: null);
        var files = database.Get<FileProcessing>();
        var endings = database.Get<SessionEndings>();
        var received = new List<Guid>();
        var running = new List<NewSession>();
        for (var i = 0; i < 40; i++)
        {
            received.Add(await database.ReceiveAsync(10, batch));
            await files.BeginAsync(received[^1], new(Node), TestDatabase.Now, Ct);
            running.Add(database.Session(10, batch));
            Assert.True((await database.CreateAsync(running[^1])).Made);
        }

        // A circle would end one of them with 40P01.
        await Task.WhenAll(
            Task.WhenAll(received.Select(id => files.SettleAsync(id, Digest, "key", null, TestDatabase.Now, Ct))),
            Task.WhenAll(running.Select(session => endings.TerminateAsync(session.Id, TestDatabase.User, TestDatabase.Now, Ct))),
            Task.WhenAll(Enumerable.Range(0, 80).Select(_ => database.CreateAsync(database.Session(10, batch)))));

        Assert.Equal((400, 800), await database.UsageAsync());
        var counted = await database.BatchAsync(batch);
        Assert.Equal((120, 40, 40), (counted.JoinedFiles, counted.ReceivedFiles, counted.ProcessedFiles));
    }

    [Fact]
    public async Task A_rejected_file_gives_back_what_it_held()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var id = await database.ReceiveAsync(70);
        var files = database.Get<FileProcessing>();
        await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct);

        Assert.True(await files.RejectAsync(id, "checksum_mismatch", "It differs.", TestDatabase.Now, Ct));
        Assert.False(await files.RejectAsync(id, "checksum_mismatch", "It differs.", TestDatabase.Now, Ct));

        Assert.Equal((0, 0), await database.UsageAsync());
        Assert.Single(await database.EventsAsync(), "file.rejected");
    }

    [Fact]
    public async Task A_failed_file_keeps_its_reservation_and_can_be_replayed_into_its_batch()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await database.BatchAsync(expected: 2);
        var (first, second) = (await database.ReceiveAsync(10, batch), await database.ReceiveAsync(20, batch));
        var files = database.Get<FileProcessing>();
        foreach (var id in new[] { first, second })
        {
            await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct);
        }

        Assert.True(await files.SettleAsync(first, Digest, "key", null, TestDatabase.Now, Ct));
        Assert.True(await files.FailAsync(second, "processing_failed", "It failed.", TestDatabase.Now, Ct));
        Assert.Equal("partial", (await database.BatchAsync(batch)).Status);
        Assert.Equal((10, 20), await database.UsageAsync());

        Assert.False(await files.ReplayAsync(second, "somebody else", TestDatabase.Now, Ct));
        Assert.True(await files.ReplayAsync(second, TestDatabase.User, TestDatabase.Now, Ct));
        await files.BeginAsync(second, new(Node), TestDatabase.Now, Ct);
        Assert.True(await files.SettleAsync(second, Digest, "key2", null, TestDatabase.Now, Ct));

        Assert.Equal("completed", (await database.BatchAsync(batch)).Status);
        Assert.Equal((30, 0), await database.UsageAsync());
        Assert.Single(await database.EventsAsync(), "batch.partial");
        Assert.Single(await database.EventsAsync(), "batch.completed");
    }

    [Fact]
    public async Task A_deleted_file_is_counted_no_more()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var id = await database.ReceiveAsync(70);
        var deletion = database.Get<FileDeletion>();
        Assert.False(await deletion.DeleteAsync(id, TestDatabase.User, TestDatabase.Now, Ct));
        var files = database.Get<FileProcessing>();
        await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct);
        await files.SettleAsync(id, Digest, "key", null, TestDatabase.Now, Ct);

        Assert.False(await deletion.DeleteAsync(id, "somebody else", TestDatabase.Now, Ct));
        Assert.True(await deletion.DeleteAsync(id, TestDatabase.User, TestDatabase.Now, Ct));
        Assert.False(await deletion.DeleteAsync(id, TestDatabase.User, TestDatabase.Now, Ct));

        Assert.Equal((0, 0), await database.UsageAsync());
        await deletion.ForgetAsync(id, Ct);
        Assert.Null(await database.Get<SessionLeases>().FindAsync(id, TestDatabase.User, Ct));
    }

    [Fact]
    public async Task A_sealed_batch_waits_for_its_last_file_and_an_expired_one_counts_as_failed()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await database.BatchAsync(expected: null);
        var ready = await database.ReceiveAsync(10, batch);
        var late = database.Session(20, batch) with { ExpiresAt = TestDatabase.Now.AddSeconds(-1) };
        await database.CreateAsync(late);
        var gone = database.Session(30, batch);
        await database.CreateAsync(gone);
        var files = database.Get<FileProcessing>();
        await files.BeginAsync(ready, new(Node), TestDatabase.Now, Ct);
        await files.SettleAsync(ready, Digest, "key", null, TestDatabase.Now, Ct);

        await database.Get<BatchSealing>().SealAsync(batch, TestDatabase.Now, Ct);
        Assert.True((await database.CreateAsync(database.Session(1, batch))) is { Made: false, BatchKnown: true, BatchOpen: false });
        await database.Get<SessionEndings>().TerminateAsync(gone.Id, TestDatabase.User, TestDatabase.Now, Ct);
        Assert.Equal("sealed", (await database.BatchAsync(batch)).Status);
        await database.ExpireOneAsync();

        var ended = await database.BatchAsync(batch);
        Assert.Equal(("partial", 2, 1, 1), (ended.Status, ended.JoinedFiles, ended.ProcessedFiles, ended.FailedFiles));
        Assert.Single(await database.EventsAsync(), "batch.partial");
    }

    [Fact]
    public async Task Events_get_their_places_once_and_in_order()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var feed = database.Get<OutboxFeed>();
        for (var i = 0; i < 5; i++)
        {
            await database.ReceiveAsync(1);
        }

        var given = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => feed.DispatchAsync(3, Ct)));
        while (await feed.DispatchAsync(3, Ct) > 0)
        {
        }

        Assert.All(given, count => Assert.InRange(count, 0, 3));
        var events = await feed.ReadAsync(0, 100, TestDatabase.User, Ct);
        Assert.Equal(10, events.Count);
        Assert.Equal(events.Select(e => e.Sequence).Order(), events.Select(e => e.Sequence));
        Assert.Equal(events[^1].Sequence, await feed.LastAsync(Ct));
        Assert.Empty(await feed.ReadAsync(0, 100, "somebody else", Ct));
        Assert.All(events.Chunk(2), pair => Assert.Equal(["upload.created", "upload.received"], pair.Select(e => e.Type)));
    }
}
