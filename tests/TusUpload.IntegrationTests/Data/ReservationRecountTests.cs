using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class ReservationRecountTests(PostgresServer postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(+1_000)]
    [InlineData(-1_000)]
    public async Task What_is_counted_becomes_what_is_held(int off)
    {
        await HoldAsync();
        await ExecuteAsync($"UPDATE tus_upload.users SET storage_reserved = storage_reserved + {off}");
        await ExecuteAsync($"UPDATE tus_upload.workspaces SET storage_reserved = storage_reserved + {off}");
        var recount = _database.Get<ReservationRecount>();

        var corrected = await Task.WhenAll(recount.RunAsync(Ct), recount.RunAsync(Ct));

        Assert.Equal(
            [new("user", TestDatabase.User, 3_111 + off, 3_111), new("workspace", _database.Workspace.ToString(), 3_111 + off, 3_111)],
            corrected.SelectMany(one => one).OrderBy(drift => drift.Level, StringComparer.Ordinal).ToArray());
        Assert.Equal((0, 3_111), await _database.UsageAsync());
        Assert.Empty(await recount.RunAsync(Ct));
    }

    [Fact]
    public async Task While_uploads_come_and_go_nothing_looks_wrong_and_what_is_wrong_becomes_right()
    {
        var recount = _database.Get<ReservationRecount>();
        using var done = new CancellationTokenSource();
        var clients = Enumerable.Range(1, 8).Select(size => Task.Run(
            async () =>
            {
                for (var i = 0; i < 60; i++)
                {
                    var session = _database.Session(size);
                    Assert.True((await _database.CreateAsync(session)).Made);
                    if (i % 3 > 0)
                    {
                        Assert.NotNull(await _database.Get<SessionEndings>().TerminateAsync(session.Id, TestDatabase.User, TestDatabase.Now, Ct));
                    }
                }
            },
            Ct)).ToArray();
        var running = Task.WhenAll(clients);

        var found = 0;
        for (var wrong = true; !running.IsCompleted; wrong = !wrong)
        {
            if (wrong)
            {
                await ExecuteAsync("UPDATE tus_upload.users SET storage_reserved = storage_reserved + 1000000");
            }

            var corrected = await recount.RunAsync(Ct);
            Assert.Equal(wrong ? 1 : 0, corrected.Count);
            Assert.All(corrected, drift => Assert.Equal(("user", 1_000_000), (drift.Level, drift.Counted - drift.Held)));
            found += corrected.Count;
        }

        await running;
        Assert.Empty(await recount.RunAsync(Ct));
        Assert.True(found > 0);
        Assert.Equal((0, 20 * Enumerable.Range(1, 8).Sum()), await _database.UsageAsync());
    }

    // An upload that receives, a file on its way, one that failed, one that is ready and one that ended: 1,000 + 2,000 + 111.
    private async Task HoldAsync()
    {
        Assert.True((await _database.CreateAsync(_database.Session(1_000))).Made);
        await _database.ReceiveAsync(2_000);
        var failed = await _database.ReceiveAsync(111);
        var files = _database.Get<FileProcessing>();
        Assert.NotNull(await files.BeginAsync(failed, new(Guid.CreateVersion7()), TestDatabase.Now, Ct));
        Assert.True(await files.FailAsync(failed, "a_test", "A test.", TestDatabase.Now, Ct));
        var ended = _database.Session(50);
        Assert.True((await _database.CreateAsync(ended)).Made);
        Assert.NotNull(await _database.Get<SessionEndings>().TerminateAsync(ended.Id, TestDatabase.User, TestDatabase.Now, Ct));
        Assert.Equal((0, 3_111), await _database.UsageAsync());
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
