using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data.Files;
using TusUpload.Data.Links;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class LinkStatementTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly Guid Node = Guid.CreateVersion7();
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Sixty_four_creations_that_race_for_ten_places_are_admitted_ten_times(bool byFiles)
    {
        var link = await LinkAsync(byFiles ? new() { MaxFiles = 10 } : new() { MaxUses = 10 });

        // Empty ones as well: what holds no byte is a file all the same.
        var admissions = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => _database.CreateAsync(Visit(link, i % 3 == 0 ? 0 : 7))));

        Assert.Equal(10, admissions.Count(admission => admission.Made));
        Assert.All(admissions.Where(admission => !admission.Made), refused => Assert.Equal(byFiles ? LinkRefusal.Files : LinkRefusal.Uses, refused.LinkRefusal));
        await IsTrueAsync(link);
        Assert.Equal((10, 10), await CountsAsync(link));
    }

    [Fact]
    public async Task After_random_ends_at_once_a_link_counts_what_came_in_through_it()
    {
        var link = await LinkAsync(new() { MaxFiles = 60, StorageLimit = 900 });
        var (endings, files, random) = (_database.Get<SessionEndings>(), _database.Get<FileProcessing>(), new Random(6));
        var clients = Enumerable.Range(0, 120).Select(_ => (Size: random.Next(0, 30), Way: random.Next(6))).Select(async (story, i) =>
        {
            var session = Visit(link, story.Size, isWhole: story.Way >= 3) with { ExpiresAt = TestDatabase.Now.AddHours(story.Way == 1 ? -1 : 1) };
            if (!(await _database.CreateAsync(session)).Made)
            {
                return 0;
            }

            switch (story.Way)
            {
                case 0:
                    Assert.NotNull(await endings.TerminateAsync(session.Id, session.UploaderId, TestDatabase.Now, Ct));
                    Assert.Null(await endings.TerminateAsync(session.Id, session.UploaderId, TestDatabase.Now, Ct));
                    break;
                case 1:
                    while (await _database.ExpireOneAsync() is not null)
                    {
                    }

                    break;
                case 3:
                    Assert.NotNull(await files.BeginAsync(session.Id, new(Node), TestDatabase.Now, Ct));
                    Assert.True(await files.RejectAsync(session.Id, "infected", "It is.", TestDatabase.Now, Ct));
                    Assert.False(await files.RejectAsync(session.Id, "infected", "It is.", TestDatabase.Now, Ct));
                    break;
                case 4:
                    Assert.NotNull(await files.BeginAsync(session.Id, new(Node), TestDatabase.Now, Ct));
                    Assert.True(await files.SettleAsync(session.Id, new('0', 64), $"key-{i}", null, TestDatabase.Now, Ct));
                    break;
            }

            return 1;
        });

        var made = await Task.WhenAll(clients);

        Assert.InRange(made.Sum(), 60, 120);
        await IsTrueAsync(link);
    }

    [Fact]
    public async Task Deleting_a_file_gives_its_bytes_back_and_not_its_place()
    {
        var link = await LinkAsync(new() { MaxFiles = 1 });
        var session = Visit(link, 7, isWhole: true);
        Assert.True((await _database.CreateAsync(session)).Made);
        var files = _database.Get<FileProcessing>();
        Assert.NotNull(await files.BeginAsync(session.Id, new(Node), TestDatabase.Now, Ct));
        Assert.True(await files.SettleAsync(session.Id, new('0', 64), "key", null, TestDatabase.Now, Ct));

        Assert.True(await _database.Get<FileDeletion>().DeleteAsync(session.Id, TestDatabase.User, TestDatabase.Now, Ct));

        Assert.Equal(LinkRefusal.Files, (await _database.CreateAsync(Visit(link, 7))).LinkRefusal);
        await using var db = _database.Db();
        var counted = await db.Links.SingleAsync(Ct);
        Assert.Equal((0L, 0L, 1), (counted.StorageUsed, counted.StorageReserved, counted.Files));
    }

    [Fact]
    public async Task A_visit_that_brings_nothing_else_counts_as_a_use()
    {
        var link = await LinkAsync(new() { MaxUses = 1 });

        Assert.True((await _database.CreateAsync(Visit(link, 0) with { IsPartial = true })).Made);

        Assert.Equal(LinkRefusal.Uses, (await _database.CreateAsync(Visit(link, 0) with { IsPartial = true })).LinkRefusal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_try_that_waits_for_its_link_holds_no_address(bool isTaken)
    {
        // Known from long ago, so that it is counted anew.
        var (link, tries, now) = (await LinkAsync(new()), _database.Get<LinkTryCounting>(), TestDatabase.Now);
        Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now.AddHours(-2), Ct));
        await using var holding = await _database.Get<NpgsqlDataSource>().OpenConnectionAsync(Ct);
        await using var transaction = await holding.BeginTransactionAsync(Ct);
        Assert.Equal(1, await HoldAsync("*"));

        var trying = isTaken ? tries.TakeAsync(link, "192.0.2.1", now, Ct) : tries.GiveBackAsync(link, "192.0.2.1", Ct);
        await using var db = _database.Db();
        await Eventually.FindAsync<object>(
            async () => await db.Database.SqlQuery<int>(
                $"SELECT count(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").SingleAsync(Ct) > 0
                    ? new()
                    : null,
            "the try to wait for the link");

        Assert.Equal(1, await HoldAsync("192.0.2.1"));
        await transaction.CommitAsync(Ct);
        await trying;

        async Task<int> HoldAsync(string address)
        {
            await using var hold = new NpgsqlCommand("UPDATE tus_upload.link_tries SET failed = failed WHERE address = $1", holding, transaction);
            hold.Parameters.Add(new() { Value = address });
            hold.CommandTimeout = 5;
            return await hold.ExecuteNonQueryAsync(Ct);
        }
    }

    [Fact]
    public async Task An_address_has_five_tries_free_and_the_next_ones_are_ever_further_apart()
    {
        var (link, tries, now) = (await LinkAsync(new()), _database.Get<LinkTryCounting>(), TestDatabase.Now);
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now, Ct));
        }

        foreach (var wait in new[] { 1, 2, 4, 8, 16 })
        {
            var told = await tries.TakeAsync(link, "192.0.2.1", now, Ct);
            Assert.Equal(wait, Math.Round(told!.Value.TotalSeconds));
            Assert.NotNull(await tries.TakeAsync(link, "192.0.2.1", now.AddSeconds(wait - 0.5), Ct));
            Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now.AddSeconds(wait), Ct));
        }

        Assert.Null(await tries.TakeAsync(link, "192.0.2.2", now, Ct));
        Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now.AddHours(1), Ct));
        Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now.AddHours(1), Ct));
    }

    [Fact]
    public async Task However_many_machines_guess_a_link_is_slowed_and_never_closed()
    {
        var (link, tries, now) = (await LinkAsync(new()), _database.Get<LinkTryCounting>(), TestDatabase.Now);
        var taken = 0;
        for (var second = 0; second < 3600; second += 5)
        {
            foreach (var machine in new[] { 1, 2, 3 })
            {
                taken += await tries.TakeAsync(link, $"2001:db8:{second:x}:{machine}::/64", now.AddSeconds(second), Ct) is null ? 1 : 0;
            }
        }

        Assert.InRange(taken, 400, 460);
        var wait = await tries.TakeAsync(link, "192.0.2.1", now.AddSeconds(3590), Ct);
        Assert.InRange(wait?.TotalSeconds ?? 0, 0, 10);

        // What is forgotten goes, a hundred with each try.
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now.AddHours(2), Ct));
        }

        await using var db = _database.Db();
        Assert.Equal(2, await db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM tus_upload.link_tries").SingleAsync(Ct));
    }

    [Fact]
    public async Task A_try_that_nobody_looked_at_counts_no_more_and_those_before_it_do()
    {
        var (link, tries, now) = (await LinkAsync(new()), _database.Get<LinkTryCounting>(), TestDatabase.Now);
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now, Ct));
        }

        await tries.TakeBackAsync(link, "192.0.2.1", Ct);

        Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now, Ct));
        Assert.NotNull(await tries.TakeAsync(link, "192.0.2.1", now, Ct));
        await tries.GiveBackAsync(link, "192.0.2.1", Ct);
        Assert.Null(await tries.TakeAsync(link, "192.0.2.1", now, Ct));
    }

    [Fact]
    public async Task Tries_at_once_are_counted_each()
    {
        var (link, tries, now) = (await LinkAsync(new()), _database.Get<LinkTryCounting>(), TestDatabase.Now);

        var taken = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => tries.TakeAsync(link, $"192.0.2.{i % 2}", now, Ct)));

        Assert.Equal(10, taken.Count(wait => wait is null));
        await Task.WhenAll(Enumerable.Range(0, 10).Select(i => tries.GiveBackAsync(link, $"192.0.2.{i % 2}", Ct)));
        Assert.Null(await tries.TakeAsync(link, "192.0.2.0", now, Ct));
    }

    private NewSession Visit(Guid link, long size, bool isWhole = false) =>
        _database.Session(size, span: isWhole && size > 0 ? new CommittedSpan(0, size, new byte[16]) : null) with
        {
            UploaderId = $"link:{Guid.CreateVersion7():N}",
            LinkId = link,
            IsVisitor = true,
            IsFirstVisit = true,
            Finishes = isWhole,
        };

    private async Task<Guid> LinkAsync(Terms terms)
    {
        await using var db = _database.Db();
        var link = new Link
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = _database.Workspace,
            Slug = $"{Guid.CreateVersion7():N}",
            CreatedBy = TestDatabase.User,
            MaxFiles = terms.MaxFiles,
            MaxUses = terms.MaxUses,
            StorageLimit = terms.StorageLimit,
        };
        db.Links.Add(link);
        await db.SaveChangesAsync(Ct);
        return link.Id;
    }

    private async Task<(int Files, int Uses)> CountsAsync(Guid link)
    {
        await using var db = _database.Db();
        var row = await db.Links.SingleAsync(one => one.Id == link, Ct);
        return (row.Files, row.Uses);
    }

    /// <summary>What the link counts is what its uploads and files are.</summary>
    private async Task IsTrueAsync(Guid link)
    {
        await using var db = _database.Db();
        var row = await db.Links.SingleAsync(one => one.Id == link, Ct);
        var sessions = await db.Sessions.Where(session => session.LinkId == link).ToListAsync(Ct);
        var files = await db.Files.Where(file => file.LinkId == link).ToListAsync(Ct);
        Assert.Equal(
            (sessions.Count(session => session.Status == SessionStatus.Receiving) + files.Count(file => file.ProcessingStatus != FileStatus.Rejected),
                sessions.Count, sessions.Sum(session => session.ReservedSize), files.Where(file => file.ProcessingStatus == FileStatus.Ready).Sum(file => file.FileSize)),
            (row.Files, row.Uses, row.StorageReserved, row.StorageUsed));
    }

    private sealed record Terms
    {
        public int? MaxFiles { get; init; }

        public int? MaxUses { get; init; }

        public long? StorageLimit { get; init; }
    }
}
