using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Links;
using TusUpload.Data.Nodes;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

/// <summary>
/// Whatever uploads and jobs do at once at one user, workspace, link and batch: nobody waits in a circle, which Postgres would end with 40P01, and what is
/// counted in the end is what is there. Statements are prepared by themselves, as everywhere.
/// </summary>
public sealed class LockOrderTests(PostgresServer postgres) : IAsyncLifetime
{
    private const int Connections = 16;
    private const int Rounds = 40;
    private const string Visitor = "link:a visitor";

    private static readonly Guid Node = Guid.CreateVersion7();
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(1);

    private TestDatabase _database = null!;
    private Guid _link;
    private Guid _own;
    private Guid _visitors;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(postgres);
        await _database.Get<NodeHeartbeats>().BeatAsync(Node, "here", 1, TestDatabase.Now, Ct);
        await using var db = _database.Db();
        var link = new Link { Id = Guid.CreateVersion7(), WorkspaceId = _database.Workspace, Slug = "a-link", CreatedBy = TestDatabase.User, MaxFiles = 1_000_000 };
        var visitors = new Batch
        {
            Id = Guid.CreateVersion7(),
            UserId = TestDatabase.User,
            UploaderId = Visitor,
            WorkspaceId = _database.Workspace,
            Status = BatchStatus.Open,
            CreatedAt = TestDatabase.Now,
        };
        db.AddRange(link, visitors);
        await db.SaveChangesAsync(Ct);
        _own = await _database.BatchAsync([.. Enumerable.Repeat(("a file", (long?)null), Connections * Rounds)]);
        (_link, _visitors) = (link.Id, visitors.Id);
    }

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData("everything")]
    [InlineData("creations")]
    [InlineData("plain creations")]
    public async Task What_is_done_at_once_never_waits_in_a_circle_and_is_counted_as_it_is(string what)
    {
        var before = await DeadlocksAsync();

        await Task.WhenAll(Enumerable.Range(0, Connections).Select(async client =>
        {
            var random = new Random(client);
            for (var round = 0; round < Rounds; round++)
            {
                var session = what == "plain creations" ? _database.Session(10) : Any(random);
                Assert.True((await _database.CreateAsync(session)).Made);
                if (what == "everything")
                {
                    await GoOnAsync(session, random);
                }
            }
        }));

        Assert.Equal(before, await DeadlocksAsync());
        Assert.Empty(await _database.Get<StorageRecount>().FindAsync(Ct));
        await IsCountedAsync(_own);
        await IsCountedAsync(_visitors);
        await using var db = _database.Db();
        var link = await db.Links.SingleAsync(Ct);
        Assert.Equal(
            await db.Sessions.CountAsync(s => s.LinkId == _link && s.Status != "terminated" && s.Status != "expired", Ct)
            - await db.Files.CountAsync(file => file.LinkId == _link && file.ProcessingStatus == "rejected", Ct),
            link.Files);
    }

    /// <summary>Of known or unknown length, with all of its bytes or none, by a link or not, in a batch or not.</summary>
    private NewSession Any(Random random)
    {
        var (isWhole, hasLength) = (random.Next(3) == 0, random.Next(3) > 0);
        var span = isWhole ? new CommittedSpan(0, 10, new byte[16]) : (CommittedSpan?)null;
        var isVisit = random.Next(2) == 0;
        var isInBatch = random.Next(2) == 0;
        var session = _database.Session(isWhole || hasLength ? 10 : null, isInBatch ? isVisit ? _visitors : _own : null, span) with
        {
            ExpiresAt = TestDatabase.Now.AddHours(random.Next(6) == 0 ? -1 : 1),
        };
        return isVisit ? session with { LinkId = _link, UploaderId = Visitor, IsVisitor = true, IsFirstVisit = random.Next(2) == 0 } : session;
    }

    private async Task GoOnAsync(NewSession session, Random random)
    {
        if (session.IsReceived)
        {
            await ProcessAsync(session.Id, random);
            return;
        }

        var endings = _database.Get<SessionEndings>();
        if (session.ExpiresAt < session.Now)
        {
            Assert.NotNull(await endings.ExpireAsync(session.Id, TestDatabase.Now, Ct));
            return;
        }

        if (session.TotalSize is null)
        {
            var lengths = _database.Get<SessionLengths>();
            Assert.True((await lengths.GrowAsync(session.Id, session.UploaderId, 30, TestDatabase.Now, Ct)).Made);
            var state = await _database.Get<SessionLeases>().FindAsync(session.Id, session.UploaderId, Ct);
            Assert.True((await lengths.DeclareAsync(state!, 0, 10, null, (null, true), TestDatabase.Now, Ct)).Made);
        }

        if (random.Next(3) == 0)
        {
            Assert.NotNull(await endings.TerminateAsync(session.Id, session.UploaderId, TestDatabase.Now, Ct));
            return;
        }

        var lease = await _database.Get<SessionLeases>().TakeAsync(session.Id, session.UploaderId, 0, Node, Silence, TestDatabase.Now, Ct);
        var (now, later) = (TestDatabase.Now, TestDatabase.Now.AddHours(1));
        Assert.NotNull(await _database.Get<SessionCommits>().CommitAsync(lease!, new(0, 10, new byte[16]), null, true, now, later, Ct));
        await ProcessAsync(session.Id, random);
    }

    private async Task ProcessAsync(Guid id, Random random)
    {
        var files = _database.Get<FileProcessing>();
        await BeginAsync();
        switch (random.Next(4))
        {
            case 0:
                Assert.True(await files.RejectAsync(id, "a_test", "A test.", TestDatabase.Now, Ct));
                return;
            case 1:
                Assert.True(await files.FailAsync(id, "a_test", "A test.", TestDatabase.Now, Ct));
                if (random.Next(2) == 0)
                {
                    return;
                }

                Assert.True(await files.ReplayAsync(id, TestDatabase.User, TestDatabase.Now, Ct));
                await BeginAsync();
                break;
        }

        // One object for all, so that its count is one row as well.
        Assert.True(await files.SettleAsync(id, new('0', 64), $"key-{id:N}", null, TestDatabase.Now, Ct));
        if (random.Next(2) == 0)
        {
            Assert.True(await _database.Get<FileDeletion>().DeleteAsync(id, TestDatabase.User, TestDatabase.Now, Ct));
        }

        async Task BeginAsync() => Assert.NotNull(await files.BeginAsync(id, new(Node), TestDatabase.Now, Ct));
    }

    private async Task IsCountedAsync(Guid id)
    {
        await using var db = _database.Db();
        var (sessions, files) = (db.Sessions.Where(session => session.BatchId == id), db.Files.Where(file => file.BatchId == id));
        var batch = await db.Batches.SingleAsync(one => one.Id == id, Ct);
        Assert.Equal(
            (await sessions.CountAsync(session => session.Status != "terminated", Ct),
                await files.CountAsync(Ct),
                await files.CountAsync(file => file.ProcessingStatus == "ready", Ct),
                await files.CountAsync(file => file.ProcessingStatus == "rejected" || file.ProcessingStatus == "failed", Ct)
                    + await sessions.CountAsync(session => session.Status == "expired", Ct),
                await files.SumAsync(file => file.FileSize, Ct)),
            (batch.JoinedFiles, batch.ReceivedFiles, batch.ProcessedFiles, batch.FailedFiles, batch.TotalBytes));
    }

    private async Task<long> DeadlocksAsync()
    {
        await using var command = _database.Get<NpgsqlDataSource>().CreateCommand("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
        return (long)(await command.ExecuteScalarAsync(Ct))!;
    }
}
