using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Data.Links;
using TusUpload.Data.Nodes;
using TusUpload.Data.Sessions;
using TusUpload.Data.Users;
using TusUpload.Data.Workspaces;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class ConcatenationStatementTests(PostgresServer postgres)
{
    private static readonly Guid Node = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Complete_parts_are_received_with_their_final_and_joining_again_says_nothing()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var parts = new[] { await PartAsync(database, 10, 10), await PartAsync(database, 20, 20) };

        var made = await ConcatenateAsync(database, parts);

        Assert.Equal((ConcatenationOutcome.Made, "received", 30), (made.Outcome, made.Final!.Status, made.Final.UploadedSize));
        Assert.Null(await database.Get<SessionJoins>().JoinAsync(made.Final.Id, TestDatabase.Now, Ct));
        Assert.Equal((0, 30), await database.UsageAsync());
        Assert.Equal(["upload.created", "upload.received"], await database.EventsAsync());
    }

    [Fact]
    public async Task An_unfinished_final_waits_until_every_part_is_complete()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var parts = new[] { await PartAsync(database, 10, 10), await PartAsync(database, 20, 0) };
        var joins = database.Get<SessionJoins>();

        var made = await ConcatenateAsync(database, parts);

        Assert.Equal(("receiving", 0, 30, 0), (made.Final!.Status, made.Final.UploadedSize, made.Final.TotalSize, made.Final.ReservedSize));
        Assert.Null(await joins.JoinAsync(made.Final.Id, TestDatabase.Now, Ct));
        Assert.Empty(await joins.WaitingAsync(10, Ct));
        var part = await CommitAsync(database, parts[1], 20);
        Assert.Equal(("receiving", made.Final.Id), (part.Status, part.FinalId));
        Assert.Equal([made.Final.Id], await joins.WaitingAsync(10, Ct));
        Assert.Equal(("received", 30, 30), await joins.JoinAsync(made.Final.Id, TestDatabase.Now, Ct) is { } done
            ? (done.Status, done.UploadedSize, done.ReservedSize)
            : default);
        Assert.Empty(await joins.WaitingAsync(10, Ct));
        Assert.Equal((0, 30), await database.UsageAsync());
    }

    [Fact]
    public async Task Parts_on_the_disks_of_two_nodes_are_refused_and_stay_as_they_were()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var parts = new[] { await PartAsync(database, 1, 1, Guid.CreateVersion7()), await PartAsync(database, 1, 1, Guid.CreateVersion7()) };

        Assert.Equal(ConcatenationOutcome.PartsApart, (await ConcatenateAsync(database, parts)).Outcome);
        Assert.Equal(ConcatenationOutcome.Made, (await ConcatenateAsync(database, [parts[0]])).Outcome);
    }

    [Fact]
    public async Task A_final_on_one_disk_is_where_its_parts_are()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);

        var made = await ConcatenateAsync(database, [await PartAsync(database, 1, 1), await PartAsync(database, 1, 1, Node)]);

        Assert.Equal(Node, made.Final!.ContentNode);
    }

    [Fact]
    public async Task Finals_and_checkpoints_of_the_same_parts_never_wait_for_each_other_in_a_circle()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await database.Get<NodeHeartbeats>().BeatAsync(Node, "here", 1, TestDatabase.Now, Ct);
        for (var round = 0; round < 20; round++)
        {
            var parts = new List<Guid>();
            var leases = new List<SessionState>();
            for (var i = 0; i < 12; i++)
            {
                parts.Add(await PartAsync(database, 100, 0));
                leases.Add(await TakeAsync(database, parts[i], 0));
            }

            leases.Reverse();
            var concatenation = ConcatenateAsync(database, [.. parts]);
            var checkpoints = Enumerable.Range(0, 5).Select(i => database.Get<SessionCommits>().CheckpointAsync(
                Node, [.. leases.Select(lease => (lease, new CommittedSpan(i, i + 1, new byte[16])))], TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct));

            await Task.WhenAll(checkpoints);
            Assert.Equal(ConcatenationOutcome.Made, (await concatenation).Outcome);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Parts_that_tell_their_lengths_at_once_stay_together_below_the_limit(bool byLink)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var link = byLink ? await LinkAsync(database, 10) : (Guid?)null;
        for (var round = 0; round < 20; round++)
        {
            var parts = new[] { await PartAsync(database, null, 0), await PartAsync(database, null, 0) };
            var made = await ConcatenateAsync(database, parts, NewFinal(database) with { LinkId = link });
            Assert.Equal(ConcatenationOutcome.Made, made.Outcome);

            var told = await Task.WhenAll(parts.Select(part => DeclareAsync(database, part, 8, byLink ? null : 10)));

            Assert.Single(told, one => one.Made);
            Assert.Equal(byLink ? (10, null) : (null, 16), told.Single(one => !one.Made) is var refused ? (refused.Largest, refused.TooLarge) : default);
            Assert.NotEmpty(await database.Get<SessionEndings>().TerminateFinalAsync(made.Final!.Id, TestDatabase.User, TestDatabase.Now, Ct));
        }

        Assert.Equal((0, 0), await database.UsageAsync());
    }

    [Fact]
    public async Task Parts_that_are_joined_while_they_tell_their_lengths_stay_together_below_the_limit()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        for (var round = 0; round < 20; round++)
        {
            var parts = new[] { await PartAsync(database, null, 0), await PartAsync(database, null, 0) };

            var joining = database.Get<SessionConcatenation>().ConcatenateAsync(NewFinal(database), parts, "final;to the letter", 10, Ct);
            await Task.WhenAll(parts.Select(part => DeclareAsync(database, part, 8, 10)));

            Assert.Contains((await joining).Outcome, new[] { ConcatenationOutcome.Made, ConcatenationOutcome.TooLarge });
            await using var db = database.Db();
            Assert.DoesNotContain(await db.Sessions.GroupBy(part => part.FinalId).Where(kin => kin.Key != null)
                .Select(kin => kin.Sum(part => part.TotalSize)).ToListAsync(Ct), sum => sum > 10);
        }
    }

    [Theory]
    [InlineData("upload")]
    [InlineData("copy")]
    [InlineData("rename")]
    public async Task A_name_is_taken_as_long_as_the_youngest_part_lives(string by)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var other = await database.ReceiveAsync(1);
        await database.SettleAsync(other);
        await using var db = database.Db();
        await db.Files.ExecuteUpdateAsync(set => set.SetProperty(file => file.FileName, "another file"), Ct);
        await db.Workspaces.ExecuteUpdateAsync(set => set.SetProperty(space => space.NamePolicy, NamePolicy.Refuse), Ct);
        var part = await PartAsync(database, 10, 0);
        var made = await ConcatenateAsync(database, [part], NewFinal(database) with { ExpiresAt = TestDatabase.Now.AddSeconds(-1) });
        Assert.Equal(ConcatenationOutcome.Made, made.Outcome);

        async Task<bool> IsTakenAsync() => by switch
        {
            "upload" => (await database.CreateAsync(database.Session(1))).NameTaken,
            "copy" => (await database.Get<FileCopying>().CopyAsync(
                new(Guid.CreateVersion7(), other, TestDatabase.User, TestDatabase.User, TestDatabase.User, database.Workspace, null, "a file"), TestDatabase.Now, Ct))
                .Outcome == CopyOutcome.NameTaken,
            _ => await database.Get<FileRenaming>().ChangeAsync(
                new(other, TestDatabase.User, database.Workspace, null, "a file", 1), TestDatabase.Now, Ct) == FilePlaceOutcome.Taken,
        };

        Assert.True(await IsTakenAsync());
        await db.Sessions.Where(session => session.Id == part)
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.ExpiresAt, TestDatabase.Now.AddSeconds(-1)), Ct);
        Assert.False(await IsTakenAsync());
    }

    [Fact]
    public async Task Finals_across_accounts_never_wait_for_each_other_in_a_circle()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var theirs = await database.Get<UserDirectory>().EnsureAsync("bob", null, null, TestDatabase.Now, Ct);
        await using (var db = database.Db())
        {
            db.Members.Add(new() { WorkspaceId = theirs, UserId = TestDatabase.User, Role = WorkspaceRole.Editor, CreatedAt = TestDatabase.Now });
            await db.SaveChangesAsync(Ct);
        }

        NewSession At(NewSession session, bool mine) => mine ? session : session with { UserId = "bob", WorkspaceId = theirs };

        for (var round = 0; round < 15; round++)
        {
            var finals = new List<(NewSession Final, Guid[] Parts)>();
            for (var i = 0; i < 8; i++)
            {
                var part = At(database.Session(10) with { IsPartial = true }, i % 2 == 0);
                Assert.True((await database.CreateAsync(part)).Made);
                finals.Add((At(NewFinal(database), i % 2 != 0), [part.Id]));
            }

            var made = await Task.WhenAll(finals.Select(one => ConcatenateAsync(database, one.Parts, one.Final)));
            Assert.All(made, one => Assert.Equal(ConcatenationOutcome.Made, one.Outcome));
        }

        Assert.Empty(await database.Get<StorageRecount>().FindAsync(Ct));
    }

    [Fact]
    public async Task Ends_and_last_bytes_that_race_leave_nothing_held()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        for (var round = 0; round < 20; round++)
        {
            var parts = new[] { await PartAsync(database, 5, 5), await PartAsync(database, 5, 5) };
            var final = NewFinal(database);
            var making = ConcatenateAsync(database, parts, final);
            var ending = database.Get<SessionEndings>().TerminateAsync(parts[1], TestDatabase.User, TestDatabase.Now, Ct);

            var (made, ended) = ((await making).Outcome, await ending);

            Assert.True(made == ConcatenationOutcome.Made ^ ended is not null, $"{made} and {ended?.Status}");
            await database.Get<SessionEndings>().TerminateAsync(parts[0], TestDatabase.User, TestDatabase.Now, Ct);
        }

        await using var db = database.Db();
        var received = db.Sessions.Where(session => session.Status == "received").Sum(session => session.ReservedSize);
        Assert.Equal((0, received), await database.UsageAsync());
    }

    private static NewSession NewFinal(TestDatabase database) => database.Session(null);

    private static Task<Concatenation> ConcatenateAsync(TestDatabase database, Guid[] parts, NewSession? final = null) =>
        database.Get<SessionConcatenation>().ConcatenateAsync(final ?? NewFinal(database), parts, "final;to the letter", null, Ct);

    private static async Task<Reservation> DeclareAsync(TestDatabase database, Guid part, long length, long? most)
    {
        var state = await database.Get<SessionLeases>().FindAsync(part, TestDatabase.User, Ct);
        var told = await database.Get<SessionLengths>().DeclareAsync(
            state!, 0, length, state!.FinalId is null ? null : most, (null, false), TestDatabase.Now, Ct);
        return told;
    }

    private static async Task<Guid> LinkAsync(TestDatabase database, long? maxFileSize)
    {
        await using var db = database.Db();
        var link = new Link
        {
            Id = Guid.CreateVersion7(),
            WorkspaceId = database.Workspace,
            Slug = $"{Guid.CreateVersion7():N}",
            CreatedBy = TestDatabase.User,
            MaxFileSize = maxFileSize,
        };
        db.Links.Add(link);
        await db.SaveChangesAsync(Ct);
        return link.Id;
    }

    private static async Task<Guid> PartAsync(TestDatabase database, long? size, long uploaded, Guid? node = null)
    {
        var part = database.Session(size, span: uploaded > 0 ? new CommittedSpan(0, uploaded, new byte[16]) : null) with
        {
            IsPartial = true,
            ContentNode = node,
        };
        Assert.True((await database.CreateAsync(part)).Made);
        return part.Id;
    }

    private static async Task<SessionState> TakeAsync(TestDatabase database, Guid part, long offset)
    {
        var lease = await database.Get<SessionLeases>().TakeAsync(
            part, TestDatabase.User, offset, Node, TimeSpan.FromMinutes(1), TestDatabase.Now, Ct);
        return Assert.IsType<SessionState>(lease);
    }

    private static async Task<SessionState> CommitAsync(TestDatabase database, Guid part, long end)
    {
        var lease = await TakeAsync(database, part, 0);
        var state = await database.Get<SessionCommits>().CommitAsync(
            lease, new(0, end, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);
        return Assert.IsType<SessionState>(state);
    }
}
