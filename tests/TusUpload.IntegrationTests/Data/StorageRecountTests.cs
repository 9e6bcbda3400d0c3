using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class StorageRecountTests(PostgresServer postgres) : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(+1_000)]
    [InlineData(-1_000)]
    public async Task What_is_counted_becomes_what_is_held_and_is_told_once(int off)
    {
        await HoldAsync();
        await ExecuteAsync($"UPDATE tus_upload.users SET storage_reserved = storage_reserved + {off}");
        await ExecuteAsync($"UPDATE tus_upload.workspaces SET storage_reserved = storage_reserved + {off}");
        var repair = _database.Get<StorageRepair>();
        var janitor = new StorageRepairer(TestDatabase.Now);

        var corrected = await Task.WhenAll(repair.RepairReservedAsync(janitor, Ct), repair.RepairReservedAsync(janitor, Ct));

        StorageDrift[] expected =
        [
            new("user", TestDatabase.User, "reserved", 3_111 + off, 3_111),
            new("workspace", _database.Workspace.ToString(), "reserved", 3_111 + off, 3_111),
        ];
        Assert.Equal(expected, corrected.SelectMany(one => one).OrderBy(drift => drift.Level, StringComparer.Ordinal));
        Assert.Equal((0, 3_111), await _database.UsageAsync());
        Assert.Empty(await repair.RepairReservedAsync(janitor, Ct));
        await using var db = _database.Db();
        var audit = await db.AuditLog.OrderBy(entry => entry.Subject).ToListAsync(Ct);
        Assert.Equal([$"user:{TestDatabase.User}", $"workspace:{_database.Workspace}"], audit.Select(entry => entry.Subject));
        Assert.All(audit, entry => Assert.Equal(("repair usage", null), (entry.Action, entry.Actor)));
    }

    [Fact]
    public async Task What_is_counted_as_used_is_what_ready_files_have()
    {
        await HoldAsync();
        await ReadyAsync(500);
        var deleted = await ReadyAsync(70);
        Assert.True(await _database.Get<FileDeletion>().DeleteAsync(deleted, TestDatabase.User, TestDatabase.Now, Ct));
        var recount = _database.Get<StorageRecount>();
        Assert.Empty(await recount.FindAsync(Ct));
        await ExecuteAsync("UPDATE tus_upload.workspaces SET storage_used = 1");

        StorageDrift[] wrong = [new("workspace", _database.Workspace.ToString(), "used", 1, 500)];
        Assert.Equal(wrong, await recount.FindAsync(Ct));
        Assert.Equal(wrong, await recount.FindAsync(Ct));
        Assert.Equal(wrong, await _database.Get<StorageRepair>().RepairAllAsync(new(TestDatabase.Now, "an operator"), Ct));

        Assert.Empty(await recount.FindAsync(Ct));
        Assert.Equal((500, 3_111), await _database.UsageAsync());
        await using var db = _database.Db();
        Assert.Equal("an operator", (await db.AuditLog.SingleAsync(Ct)).Actor);
    }

    [Fact]
    public async Task While_uploads_come_and_go_nothing_looks_wrong_and_what_is_wrong_becomes_right()
    {
        var repair = _database.Get<StorageRepair>();
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

            var corrected = await repair.RepairAllAsync(new(TestDatabase.Now), Ct);
            Assert.Equal(wrong ? 1 : 0, corrected.Count);
            Assert.All(corrected, drift => Assert.Equal(("user", 1_000_000), (drift.Level, drift.Counted - drift.Actual)));
            found += corrected.Count;
        }

        await running;
        Assert.Empty(await _database.Get<StorageRecount>().FindAsync(Ct));
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

    private async Task<Guid> ReadyAsync(long size)
    {
        var id = await _database.ReceiveAsync(size);
        var files = _database.Get<FileProcessing>();
        Assert.NotNull(await files.BeginAsync(id, new(Guid.CreateVersion7()), TestDatabase.Now, Ct));
        Assert.True(await files.SettleAsync(id, new string('0', 64), $"key-{id:N}", null, TestDatabase.Now, Ct));
        return id;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
