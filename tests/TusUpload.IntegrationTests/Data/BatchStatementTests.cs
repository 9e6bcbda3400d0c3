using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class BatchStatementTests(PostgresServer postgres) : IAsyncLifetime
{
    private const int Rounds = 25;
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Each_line_of_a_manifest_is_taken_once_by_its_name_and_size()
    {
        var batch = await _database.BatchAsync([("a/b.txt", 10), ("b.txt", null), ("c.txt", 5)]);

        Assert.True(await JoinAsync(batch, "b.txt", 10, "a/b.txt"));
        Assert.True(await JoinAsync(batch, "b.txt", 11));
        Assert.False(await JoinAsync(batch, "b.txt", 10, "a/b.txt"));
        Assert.False(await JoinAsync(batch, "c.txt", 6));
        Assert.False(await JoinAsync(batch, "d.txt", 5));
        Assert.True(await JoinAsync(batch, "c.txt", null));

        Assert.All(await LinesAsync(batch), line => Assert.NotNull(line.UploadId));
        Assert.Equal(3, (await _database.BatchAsync(batch)).JoinedFiles);
    }

    [Fact]
    public async Task Of_sixteen_uploads_of_one_name_as_many_join_as_it_has_lines()
    {
        var batch = await _database.BatchAsync([("a", 10), ("a", 10), ("a", null), ("b", 10)]);

        var joined = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => JoinAsync(batch, "a", 10)));

        Assert.Equal(3, joined.Count(one => one));
        Assert.Equal([true, true, true, false], (await LinesAsync(batch)).Select(line => line.UploadId is not null));
        Assert.Equal(3, (await LinesAsync(batch)).Select(line => line.UploadId).OfType<Guid>().Distinct().Count());
        Assert.Equal((0, 30), await _database.UsageAsync());
    }

    [Fact]
    public async Task A_line_is_free_again_when_its_upload_is_cancelled_and_failed_when_it_expires()
    {
        var batch = await _database.BatchAsync([("a", 10), ("b", 10)]);
        var endings = _database.Get<SessionEndings>();
        var cancelled = Named(batch, "a", 10);
        var expired = Named(batch, "b", 10) with { ExpiresAt = TestDatabase.Now.AddSeconds(-1) };
        Assert.True((await _database.CreateAsync(cancelled)).Made);
        Assert.True((await _database.CreateAsync(expired)).Made);

        Assert.NotNull(await endings.TerminateAsync(cancelled.Id, TestDatabase.User, TestDatabase.Now, Ct));
        Assert.NotNull(await _database.ExpireOneAsync());

        Assert.Equal([null, expired.Id], (await LinesAsync(batch)).Select(line => line.UploadId));
        Assert.False(await JoinAsync(batch, "b", 10));
        Assert.True(await JoinAsync(batch, "a", 10));
    }

    [Fact]
    public async Task Joining_and_cancelling_the_same_lines_never_waits_in_a_circle()
    {
        var batch = await _database.BatchAsync([.. Enumerable.Repeat(("a", (long?)1), 8)]);
        var endings = _database.Get<SessionEndings>();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async _ =>
        {
            for (var i = 0; i < 20; i++)
            {
                var session = Named(batch, "a", 1);
                if ((await _database.CreateAsync(session)).Made)
                {
                    Assert.NotNull(await endings.TerminateAsync(session.Id, TestDatabase.User, TestDatabase.Now, Ct));
                }
            }
        }));

        Assert.All(await LinesAsync(batch), line => Assert.Null(line.UploadId));
        Assert.Equal(0, (await _database.BatchAsync(batch)).JoinedFiles);
        Assert.Equal((0, 0), await _database.UsageAsync());
    }

    [Fact]
    public async Task A_file_that_comes_late_is_let_in_where_the_batch_says_so_and_moves_nothing_of_its_end()
    {
        var batch = await _database.BatchAsync([("a", 10)], late: LatePolicy.Accept);
        var first = Named(batch, "a", 10, whole: true);
        Assert.True((await _database.CreateAsync(first)).Made);
        var late = Named(batch, "b", 20, whole: true);
        Assert.True((await _database.CreateAsync(late)).Made);
        await _database.SettleAsync(late.Id);
        Assert.Equal(("open", 1, 0, 1), await CountsAsync(batch));

        await _database.SettleAsync(first.Id);
        Assert.True(await JoinAsync(batch, "c", 1));
        var failing = Named(batch, "d", 20, whole: true);
        Assert.True((await _database.CreateAsync(failing)).Made);
        var files = _database.Get<FileProcessing>();
        await files.BeginAsync(failing.Id, new(Guid.CreateVersion7()), TestDatabase.Now, Ct);
        Assert.True(await files.FailAsync(failing.Id, "a_test", "A test.", TestDatabase.Now, Ct));
        Assert.True(await files.ReplayAsync(failing.Id, TestDatabase.User, TestDatabase.Now, Ct));

        Assert.Equal(("completed", 1, 1, 3), await CountsAsync(batch));
        Assert.Equal(["batch.completed"], await EndsAsync());
    }

    [Fact]
    public async Task A_batch_that_is_sealed_before_all_have_come_is_not_complete()
    {
        var batch = await _database.BatchAsync([("a", 10), ("b", 10)]);
        var only = Named(batch, "a", 10, whole: true);
        Assert.True((await _database.CreateAsync(only)).Made);
        await _database.Get<BatchSealing>().SealAsync(batch, TestDatabase.Now, Ct);
        await _database.SettleAsync(only.Id);
        var nothing = await _database.BatchAsync([("a", 10)]);
        await _database.Get<BatchSealing>().SealAsync(nothing, TestDatabase.Now, Ct);

        Assert.Equal("partial", (await _database.BatchAsync(batch)).Status);
        Assert.Equal("failed", (await _database.BatchAsync(nothing)).Status);
        Assert.Equal(["batch.partial", "batch.failed"], await EndsAsync());
    }

    [Fact]
    public async Task A_batch_whose_time_ran_out_ends_once_and_for_good()
    {
        var batch = await _database.BatchAsync([], expected: 3, expiresAt: TestDatabase.Now.AddMinutes(1));
        var (ready, failed) = (await _database.ReceiveAsync(10, batch), await _database.ReceiveAsync(10, batch));
        await _database.SettleAsync(ready);
        var files = _database.Get<FileProcessing>();
        await files.BeginAsync(failed, new(Guid.CreateVersion7()), TestDatabase.Now, Ct);
        await files.FailAsync(failed, "a_test", "A test.", TestDatabase.Now, Ct);
        var endings = _database.Get<BatchEndings>();
        Assert.Null(await endings.ExpireOneAsync(TestDatabase.Now, Ct));
        var later = TestDatabase.Now.AddMinutes(2);
        Assert.False((await _database.CreateAsync(_database.Session(1, batch) with { Now = later, ExpiresAt = later.AddHours(1) })).BatchOpen);

        var expired = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => endings.ExpireOneAsync(later, Ct)));
        Assert.True(await files.ReplayAsync(failed, TestDatabase.User, TestDatabase.Now, Ct));
        await _database.SettleAsync(failed);

        Assert.Equal(batch, Assert.Single(expired.OfType<Guid>()));
        var ended = await _database.BatchAsync(batch);
        Assert.Equal(("expired", 2, 1, 1), (ended.Status, ended.JoinedFiles, ended.ProcessedFiles, ended.FailedFiles));
        Assert.NotNull(ended.EndedAt);
        Assert.Equal(["batch.expired"], await EndsAsync());
    }

    [Fact]
    public async Task An_all_or_nothing_batch_that_is_given_up_fails_with_what_it_has()
    {
        var batch = await _database.BatchAsync([], allOrNothing: true);
        await _database.SettleAsync(await _database.ReceiveAsync(10, batch));
        var other = await _database.BatchAsync([]);
        var endings = _database.Get<BatchEndings>();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => endings.AbandonAsync(batch, TestDatabase.Now, Ct)));
        await endings.AbandonAsync(other, TestDatabase.Now, Ct);

        Assert.Equal(("failed", 1, 1, 0), await CountsAsync(batch));
        Assert.Equal("open", (await _database.BatchAsync(other)).Status);
        Assert.Equal(["batch.failed"], await EndsAsync());
    }

    [Theory]
    [InlineData("cancelled")]
    [InlineData("out of time")]
    [InlineData("expired")]
    public async Task A_file_may_be_replayed_after_its_batch_has_ended_for_good(string why)
    {
        var end = TestDatabase.Now.AddMinutes(1);
        var batch = await _database.BatchAsync([], expected: why == "out of time" ? 2 : null, allOrNothing: true, expiresAt: end);
        await _database.SettleAsync(await _database.ReceiveAsync(10, batch));
        var (files, failed) = (_database.Get<FileProcessing>(), await _database.ReceiveAsync(10, batch));
        await files.BeginAsync(failed, new(Guid.CreateVersion7()), TestDatabase.Now, Ct);
        Assert.True(await files.FailAsync(failed, "a_test", "A test.", TestDatabase.Now, Ct));
        var endings = _database.Get<BatchEndings>();
        await (why switch
        {
            "cancelled" => endings.AbandonAsync(batch, TestDatabase.Now, Ct),
            "expired" => endings.ExpireOneAsync(end.AddSeconds(1), Ct),
            _ => Task.CompletedTask,
        });
        var ended = await CountsAsync(batch);

        Assert.True(await files.ReplayAsync(failed, TestDatabase.User, why == "cancelled" ? TestDatabase.Now : end.AddSeconds(1), Ct));
        await _database.SettleAsync(failed);
        await endings.ExpireOneAsync(end.AddSeconds(2), Ct);

        Assert.Equal(ended, await CountsAsync(batch));
        Assert.Single(await EndsAsync());
        Assert.Equal((20, 0), await _database.UsageAsync());
    }

    [Theory]
    [InlineData("files")]
    [InlineData("seal")]
    [InlineData("expiry")]
    [InlineData("expired upload")]
    [InlineData("abandon")]
    public async Task Whatever_ends_a_batch_together_with_its_last_file_it_ends_once(string with)
    {
        var (files, sealing, endings) = (_database.Get<FileProcessing>(), _database.Get<BatchSealing>(), _database.Get<BatchEndings>());
        for (var round = 0; round < Rounds; round++)
        {
            var now = TestDatabase.Now;
            var batch = await _database.BatchAsync(
                [], expected: with == "files" ? 4 : null, allOrNothing: with == "abandon", expiresAt: with == "expiry" ? now.AddSeconds(-1) : null);
            var received = new List<Guid>();
            for (var i = 0; i < 4; i++)
            {
                // As it was before its time ran out.
                var file = _database.Session(10, batch, new CommittedSpan(0, 10, new byte[16])) with { Now = now.AddHours(-1) };
                Assert.True((await _database.CreateAsync(file)).Made);
                await files.BeginAsync(file.Id, new(Guid.CreateVersion7()), now, Ct);
                received.Add(file.Id);
            }

            if (with == "expired upload")
            {
                Assert.True((await _database.CreateAsync(_database.Session(1, batch) with { ExpiresAt = now.AddSeconds(-1) })).Made);
                await sealing.SealAsync(batch, now, Ct);
            }

            Task other = with switch
            {
                "seal" => sealing.SealAsync(batch, now, Ct),
                "expiry" => endings.ExpireOneAsync(now, Ct),
                "expired upload" => _database.ExpireOneAsync(),
                "abandon" => endings.AbandonAsync(batch, now, Ct),
                _ => Task.CompletedTask,
            };
            await Task.WhenAll([.. received.Select(id => files.SettleAsync(id, new string('0', 64), $"key-{id:N}", null, now, Ct)), other]);
            if (with == "expiry")
            {
                // It passes over a batch that is just being counted; the next sweep does not.
                await endings.ExpireOneAsync(now, Ct);
            }

            var ended = await _database.BatchAsync(batch);
            await using var db = _database.Db();
            Assert.Equal([$"batch.{ended.Status}"], await db.Outbox.Where(row => row.Subject == batch).Select(row => row.Type).ToArrayAsync(Ct));
            Assert.NotEqual("open", ended.Status);
        }

        Assert.Equal(0, (await _database.UsageAsync()).Reserved);
    }

    private NewSession Named(Guid batch, string name, long? size, string? path = null, bool whole = false) =>
        _database.Session(size, batch, whole ? new CommittedSpan(0, size!.Value, new byte[16]) : null) with { FileName = name, RelativePath = path };

    private async Task<bool> JoinAsync(Guid batch, string name, long? size, string? path = null)
    {
        var admission = await _database.CreateAsync(Named(batch, name, size, path));
        Assert.True(admission.BatchOpen);
        Assert.Equal(admission.Made, admission.InManifest);
        return admission.Made;
    }

    private async Task<List<BatchFile>> LinesAsync(Guid batch)
    {
        await using var db = _database.Db();
        return await db.BatchFiles.Where(line => line.BatchId == batch).OrderBy(line => line.Ordinal).ToListAsync(Ct);
    }

    private async Task<(string Status, int Joined, int Processed, int Late)> CountsAsync(Guid id)
    {
        var batch = await _database.BatchAsync(id);
        return (batch.Status, batch.JoinedFiles, batch.ProcessedFiles, batch.LateJoined);
    }

    private async Task<string[]> EndsAsync() => [.. (await _database.EventsAsync()).Where(type => type.StartsWith("batch.", StringComparison.Ordinal))];
}
