using Microsoft.EntityFrameworkCore;
using TusUpload.Data.Nodes;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class SessionStatementTests(PostgresServer postgres)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private static readonly Guid Node = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_creation_reserves_at_every_level_and_tells_of_itself()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);

        var admission = await database.CreateAsync(database.Session(100));

        Assert.True(admission.Made);
        Assert.Equal((0, 100), await database.UsageAsync());
        Assert.Equal(["upload.created"], await database.EventsAsync());
    }

    [Fact]
    public async Task A_creation_beyond_the_limit_changes_nothing_and_says_what_is_left()
    {
        await using var database = await TestDatabase.CreateAsync(postgres, limit: 150);
        Assert.True((await database.CreateAsync(database.Session(100))).Made);

        var admission = await database.CreateAsync(database.Session(51));

        Assert.False(admission.Made);
        Assert.Equal(50, admission.Room.User?.Left);
        Assert.Equal((0, 100), await database.UsageAsync());
        Assert.Single(await database.EventsAsync());
    }

    [Fact]
    public async Task Sixty_four_creations_that_race_for_room_for_ten_are_admitted_ten_times()
    {
        await using var database = await TestDatabase.CreateAsync(postgres, limit: 10 * 1000);

        var admissions = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => database.CreateAsync(database.Session(1000))));

        Assert.Equal(10, admissions.Count(admission => admission.Made));
        Assert.Equal((0, 10 * 1000), await database.UsageAsync());
    }

    [Theory]
    [InlineData("workspace")]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("batch")]
    public async Task What_is_not_there_is_named_and_nothing_is_made(string what)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var nobody = Guid.CreateVersion7();
        var session = database.Session(10);

        var admission = await database.CreateAsync(what switch
        {
            "workspace" => session with { WorkspaceId = nobody },
            "folder" => session with { FolderId = nobody },
            "link" => session with { LinkId = nobody },
            _ => session with { BatchId = nobody },
        });

        Assert.False(admission.Made);
        Assert.Equal(
            (what != "workspace", what != "folder", what != "link", what != "batch"),
            (admission.WorkspaceKnown, admission.FolderKnown, admission.LinkKnown, admission.BatchKnown));
        Assert.Equal((0, 0), await database.UsageAsync());
    }

    [Fact]
    public async Task An_upload_that_arrives_whole_is_received_in_the_statement_that_makes_it()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await database.BatchAsync(expected: 2);

        var id = await database.ReceiveAsync(70, batch);

        await using var db = database.Db();
        var file = await db.Files.SingleAsync(Ct);
        Assert.Equal((id, 70, "received"), (file.Id, file.FileSize, file.ProcessingStatus));
        Assert.Equal(["upload.created", "upload.received"], await database.EventsAsync());
        var counted = await database.BatchAsync(batch);
        Assert.Equal((1, 1, 0, 70), (counted.JoinedFiles, counted.ReceivedFiles, counted.ProcessedFiles, counted.TotalBytes));
    }

    [Fact]
    public async Task The_last_byte_its_file_its_batch_and_its_event_are_one_commit()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var batch = await database.BatchAsync(expected: null);
        var lease = await LeaseAsync(database, database.Session(30, batch));
        var commits = database.Get<SessionCommits>();

        var half = await commits.CommitAsync(lease, new(0, 10, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);
        Assert.Equal(("receiving", 10, null), (half!.Status, half.UploadedSize, half.LeaseNode));
        var again = await TakeAsync(database, lease.Id, 10);
        var whole = await commits.CommitAsync(
            again!, new(10, 30, new byte[16]), new string('a', 64), true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);

        Assert.Equal(("received", 30), (whole!.Status, whole.UploadedSize));
        await using var db = database.Db();
        var file = await db.Files.SingleAsync(Ct);
        Assert.Equal((lease.Id, new string('a', 64)), (file.Id, file.ReceivedSha256));
        Assert.Equal([(0, 0L, 10L), (1, 10L, 20L)], (await db.Chunks.OrderBy(chunk => chunk.ChunkIndex).ToArrayAsync(Ct))
            .Select(chunk => (chunk.ChunkIndex, chunk.ChunkOffset, chunk.ChunkSize)));
        Assert.Equal(30, (await database.BatchAsync(batch)).TotalBytes);
        Assert.Equal(["upload.created", "upload.received"], await database.EventsAsync());
    }

    [Fact]
    public async Task The_last_byte_is_never_committed_without_what_follows_from_it()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var lease = await LeaseAsync(database, database.Session(30));

        var committed = await database.Get<SessionCommits>().CheckpointAsync(
            Node, [(lease, new(0, 30, new byte[16]))], TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);

        Assert.Empty(committed);
        var state = await database.Get<SessionLeases>().FindAsync(lease.Id, TestDatabase.User, Ct);
        Assert.Equal(("receiving", 0L), (state!.Status, state.UploadedSize));
    }

    [Fact]
    public async Task A_commit_never_takes_back_time_that_was_given()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var lease = await LeaseAsync(database, database.Session(30));
        var later = TestDatabase.Now.AddDays(30);
        var extended = await database.Get<SessionEndings>().ExtendAsync(lease.Id, TestDatabase.User, TestDatabase.Now, later, Ct);

        _ = await database.Get<SessionCommits>().CheckpointAsync(
            Node, [(lease, new(0, 10, new byte[16]))], TestDatabase.Now, TestDatabase.Now.AddHours(2), Ct);
        var committed = await database.Get<SessionCommits>().CommitAsync(
            lease, new(10, 20, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);

        Assert.Equal((20, extended!.ExpiresAt), (committed!.UploadedSize, committed.ExpiresAt));
    }

    [Fact]
    public async Task A_commit_under_an_older_epoch_is_held_back()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var old = await LeaseAsync(database, database.Session(30));
        var newer = await TakeAsync(database, old.Id, 0);

        Assert.Null(await database.Get<SessionCommits>().CommitAsync(
            old, new(0, 10, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct));
        var checkpointed = await database.Get<SessionCommits>().CheckpointAsync(
            Node, [(old, new(0, 10, new byte[16]))], TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct);

        Assert.Empty(checkpointed);
        Assert.Equal(old.LeaseEpoch + 1, newer!.LeaseEpoch);
        var state = await database.Get<SessionLeases>().FindAsync(old.Id, TestDatabase.User, Ct);
        Assert.Equal(0, state!.UploadedSize);
    }

    [Fact]
    public async Task A_lease_of_a_living_node_is_not_taken_and_that_of_a_dead_one_is()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var lease = await LeaseAsync(database, database.Session(30));
        var nodes = database.Get<NodeHeartbeats>();
        var started = TestDatabase.Now;
        await nodes.BeatAsync(Node, "here", 1, started, Ct);
        var other = Guid.CreateVersion7();

        Task<SessionState?> Take() => database.Get<SessionLeases>().TakeAsync(lease.Id, TestDatabase.User, 0, other, Limit, TestDatabase.Now, Ct);

        Assert.Null(await Take());

        // The process before the one that lives has nothing to end.
        await nodes.LeaveAsync(Node, started.AddMilliseconds(-1), Ct);
        Assert.Null(await Take());

        await nodes.LeaveAsync(Node, started, Ct);
        Assert.Equal(other, (await Take())!.LeaseNode);
    }

    [Fact]
    public async Task Running_uploads_are_committed_together_and_each_by_its_own_fence()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var good = await LeaseAsync(database, database.Session(30));
        var stale = await LeaseAsync(database, database.Session(30));
        _ = await TakeAsync(database, stale.Id, 0);

        var committed = await database.Get<SessionCommits>().CheckpointAsync(
            Node,
            [(good, new(0, 10, new byte[16])), (stale, new(0, 10, new byte[16]))],
            TestDatabase.Now,
            TestDatabase.Now.AddHours(2),
            Ct);

        Assert.Equal([good.Id], committed);
        var state = await database.Get<SessionLeases>().FindAsync(good.Id, TestDatabase.User, Ct);
        Assert.Equal((10, Node), (state!.UploadedSize, state.LeaseNode));
    }

    [Fact]
    public async Task An_upload_of_unknown_length_holds_what_it_needs_and_no_more_than_there_is()
    {
        await using var database = await TestDatabase.CreateAsync(postgres, limit: 100);
        var session = database.Session(null);
        Assert.True((await database.CreateAsync(session)).Made);
        var lengths = database.Get<SessionLengths>();

        Assert.True((await lengths.GrowAsync(session.Id, TestDatabase.User, 80, TestDatabase.Now, Ct)).Made);
        var refused = await lengths.GrowAsync(session.Id, TestDatabase.User, 101, TestDatabase.Now, Ct);
        Assert.Equal((false, true, 20L), (refused.Made, refused.Found, refused.Room.User?.Left));
        Assert.Equal((0, 80), await database.UsageAsync());

        Assert.True((await DeclareAsync(database, session.Id, 0, 60)).Made);
        Assert.Equal((0, 60), await database.UsageAsync());
        Assert.False((await DeclareAsync(database, session.Id, 0, 70)).Found);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("workspace")]
    public async Task What_is_held_already_asks_for_no_room_where_a_limit_was_lowered_since(string level)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var session = database.Session(null, span: new CommittedSpan(0, 5, new byte[16]));
        Assert.True((await database.CreateAsync(session)).Made);
        Assert.True((await database.Get<SessionLengths>().GrowAsync(session.Id, TestDatabase.User, 100, TestDatabase.Now, Ct)).Made);
        await using (var db = database.Db())
        {
            _ = level == "user"
                ? await db.Users.ExecuteUpdateAsync(set => set.SetProperty(user => user.StorageLimit, 4), Ct)
                : await db.Workspaces.ExecuteUpdateAsync(set => set.SetProperty(space => space.StorageLimit, 4), Ct);
        }

        Assert.Equal((false, true), await DeclareAsync(database, session.Id, 5, 101) is var more ? (more.Made, more.Found) : default);
        Assert.True((await DeclareAsync(database, session.Id, 5, 5)).Made);

        Assert.Contains("upload.received", await database.EventsAsync());
        Assert.Equal((0, 5), await database.UsageAsync());
    }

    [Fact]
    public async Task A_length_that_is_told_ends_a_lease_that_knew_none()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var session = database.Session(null);
        Assert.True((await database.CreateAsync(session)).Made);
        var lease = await database.Get<SessionLeases>().TakeAsync(
            session.Id, TestDatabase.User, 0, Node, TimeSpan.FromSeconds(5), TestDatabase.Now, Ct);

        Assert.True((await DeclareAsync(database, session.Id, 0, 10)).Made);

        Assert.Null(await database.Get<SessionCommits>().CommitAsync(
            lease!, new(0, 20, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct));
    }

    [Fact]
    public async Task A_length_told_when_everything_is_there_completes_the_upload()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var session = database.Session(null, span: new CommittedSpan(0, 40, new byte[16]));
        Assert.True((await database.CreateAsync(session)).Made);

        Assert.True((await DeclareAsync(database, session.Id, 40, 40)).Made);

        Assert.Contains("upload.received", await database.EventsAsync());
        Assert.Equal((0, 40), await database.UsageAsync());
    }

    [Fact]
    public async Task A_length_told_by_a_request_that_comes_late_does_not_count()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var session = database.Session(null, span: new CommittedSpan(0, 40, new byte[16]));
        Assert.True((await database.CreateAsync(session)).Made);

        Assert.False((await DeclareAsync(database, session.Id, 0, 90)).Found);

        Assert.Equal((0, 40), await database.UsageAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_upload_that_ends_gives_back_what_it_held_once(bool terminated)
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var session = database.Session(25) with { ExpiresAt = terminated ? TestDatabase.Now.AddHours(1) : TestDatabase.Now.AddHours(-1) };
        Assert.True((await database.CreateAsync(session)).Made);
        var endings = database.Get<SessionEndings>();

        Task<SessionState?> End() => terminated
            ? endings.TerminateAsync(session.Id, TestDatabase.User, TestDatabase.Now, Ct)
            : database.ExpireOneAsync();

        Assert.Equal(session.Id, (await End())!.Id);
        Assert.Null(await End());
        Assert.Equal((0, 0), await database.UsageAsync());
        Assert.Equal(["upload.created", terminated ? "upload.terminated" : "upload.expired"], await database.EventsAsync());
        Assert.Equal([session.Id], await endings.LeftoversAsync(Node, 10, Ct));
        await endings.MarkRemovedAsync([session.Id], Ct);
        Assert.Empty(await endings.LeftoversAsync(Node, 10, Ct));
    }

    private static async Task<Reservation> DeclareAsync(TestDatabase database, Guid id, long offset, long length)
    {
        var state = await database.Get<SessionLeases>().FindAsync(id, TestDatabase.User, Ct);
        return await database.Get<SessionLengths>().DeclareAsync(state!, offset, length, null, (null, true), TestDatabase.Now, Ct);
    }

    private static async Task<SessionState> LeaseAsync(TestDatabase database, NewSession session)
    {
        Assert.True((await database.CreateAsync(session)).Made);
        return (await TakeAsync(database, session.Id, 0))!;
    }

    private static Task<SessionState?> TakeAsync(TestDatabase database, Guid id, long offset) =>
        database.Get<SessionLeases>().TakeAsync(id, TestDatabase.User, offset, Node, Limit, TestDatabase.Now, Ct);
}
