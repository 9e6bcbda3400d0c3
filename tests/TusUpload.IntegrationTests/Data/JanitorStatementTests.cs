using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data.Janitors;
using TusUpload.Data.Nodes;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class JanitorStatementTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly DateTimeOffset Started = TestDatabase.Now;
    private TestDatabase _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(postgres);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task Of_many_nodes_at_once_one_has_the_turn()
    {
        var runs = _database.Get<JanitorRuns>();

        var claims = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => runs.TryClaimAsync("nodes", Guid.CreateVersion7(), Hour, Ct)));

        Assert.Single(claims, claim => claim is not null);
        Assert.NotNull(await runs.TryClaimAsync("others", Guid.CreateVersion7(), Hour, Ct));
    }

    [Fact]
    public async Task A_turn_that_failed_is_given_back_by_whoever_had_it_alone()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var (runs, node) = (database.Get<JanitorRuns>(), Guid.CreateVersion7());
        var begun = (await runs.TryClaimAsync("objects", node, Hour, Ct))!.Value;

        await runs.GiveBackAsync("objects", Guid.CreateVersion7(), begun, Hour, Ct);
        Assert.Null(await runs.TryClaimAsync("objects", node, Hour, Ct));
        await runs.GiveBackAsync("objects", node, begun, Hour, Ct);

        Assert.NotNull(await runs.TryClaimAsync("objects", node, Hour, Ct));
    }

    [Fact]
    public async Task A_node_that_died_at_its_turn_holds_up_nobody_and_ends_nobody_elses()
    {
        var runs = _database.Get<JanitorRuns>();
        var (dead, next) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var begun = await runs.TryClaimAsync("nodes", dead, Hour, Ct);
        await ExecuteAsync("UPDATE tus_upload.janitor_runs SET started_at = started_at - interval '61 minutes'");

        var taken = await runs.TryClaimAsync("nodes", next, Hour, Ct);
        await runs.EndAsync("nodes", dead, begun!.Value, """{"nodes":1}""", Ct);

        var run = await RunAsync();
        Assert.Equal((next, null, null), (run.Node, run.EndedAt, run.Report));
        await runs.EndAsync("nodes", next, taken!.Value, """{"nodes":2}""", Ct);
        run = await RunAsync();
        Assert.Equal("""{"nodes": 2}""", run.Report);
        Assert.NotNull(run.EndedAt);
    }

    [Theory]
    [InlineData("00:00:00", true)]
    [InlineData("00:59:00", true)]
    [InlineData("01:01:00", false)]
    [InlineData(null, false)]
    public async Task A_lease_is_kept_while_its_node_is_known_to_live(string? silent, bool kept)
    {
        var (node, other) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await BeatAsync(node, TimeSpan.Zero);
        await BeatAsync(other, TimeSpan.Zero);
        var (leased, theirs, free) = (await SessionAsync(node), await SessionAsync(other), await SessionAsync(null));
        var before = await SessionOfAsync(leased);
        if (silent is null)
        {
            await _database.Get<NodeHeartbeats>().LeaveAsync(node, Started, Ct);
        }
        else
        {
            await BeatAsync(node, TimeSpan.Parse(silent, System.Globalization.CultureInfo.InvariantCulture));
        }

        var nodes = _database.Get<StaleNodes>();
        var released = await Task.WhenAll(nodes.ReleaseAsync(Hour, Ct), nodes.ReleaseAsync(Hour, Ct));
        var forgotten = await Task.WhenAll(nodes.ForgetAsync(Hour, Ct), nodes.ForgetAsync(Hour, Ct));

        Assert.Equal(kept ? 0 : 1, released.Sum());
        Assert.Equal(kept || silent is null ? 0 : 1, forgotten.Sum());
        var after = await SessionOfAsync(leased);
        Assert.Equal((kept ? node : null, before.LeaseEpoch, "receiving"), (after.LeaseNode, after.LeaseEpoch, after.Status));
        Assert.Equal(other, (await SessionOfAsync(theirs)).LeaseNode);
        Assert.Null((await SessionOfAsync(free)).LeaseNode);
        Assert.Equal((0, 0), (await nodes.ReleaseAsync(Hour, Ct), await nodes.ForgetAsync(Hour, Ct)));
    }

    [Fact]
    public async Task An_upload_that_is_at_work_holds_up_no_other_whose_lease_is_released()
    {
        var gone = Guid.CreateVersion7();
        var (busy, idle) = (await SessionAsync(gone), await SessionAsync(gone));
        await using var working = await _database.Get<NpgsqlDataSource>().OpenConnectionAsync(Ct);
        await using var transaction = await working.BeginTransactionAsync(Ct);
        await using (var hold = new NpgsqlCommand("SELECT FROM tus_upload.upload_sessions WHERE id = $1 FOR NO KEY UPDATE", working, transaction))
        {
            hold.Parameters.Add(new() { Value = busy });
            await hold.ExecuteNonQueryAsync(Ct);
        }

        var released = await _database.Get<StaleNodes>().ReleaseAsync(Hour, Ct).WaitAsync(TimeSpan.FromSeconds(20), Ct);

        Assert.Equal(1, released);
        Assert.Null((await SessionOfAsync(idle)).LeaseNode);
        await transaction.CommitAsync(Ct);
        Assert.Equal(1, await _database.Get<StaleNodes>().ReleaseAsync(Hour, Ct));
    }

    [Fact]
    public async Task Only_requests_whose_askers_are_gone_are_dropped()
    {
        await ExecuteAsync("""
            INSERT INTO tus_upload.lease_requests (id, session_id, node, is_heard, is_refused, asked_at)
            SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), false, false, now() - seconds * interval '1 second'
              FROM unnest(ARRAY[0, 50, 70, 3600]) AS seconds
            """);

        var dropped = await _database.Get<StaleNodes>().DropRequestsAsync(TimeSpan.FromMinutes(1), Ct);

        Assert.Equal((2, 0), (dropped, await _database.Get<StaleNodes>().DropRequestsAsync(TimeSpan.FromMinutes(1), Ct)));
    }

    [Fact]
    public async Task Turns_of_a_node_that_is_gone_are_forgotten_and_those_of_all_nodes_kept()
    {
        var (runs, gone, alive) = (_database.Get<JanitorRuns>(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await BeatAsync(alive, TimeSpan.Zero);
        foreach (var (name, node) in new[] { ("nodes", gone), ($"content:{gone}", gone), ($"content:{alive}", alive) })
        {
            Assert.NotNull(await runs.TryClaimAsync(name, node, Hour, Ct));
        }

        Assert.Equal(0, await _database.Get<StaleNodes>().DropTurnsAsync(Hour, Ct));
        await ExecuteAsync("UPDATE tus_upload.janitor_runs SET started_at = started_at - interval '61 minutes'");
        Assert.Equal(1, await _database.Get<StaleNodes>().DropTurnsAsync(Hour, Ct));

        await using var db = _database.Db();
        Assert.Equal([$"content:{alive}", "nodes"], await db.Set<JanitorRun>().OrderBy(run => run.Name).Select(run => run.Name).ToArrayAsync(Ct));
    }

    private async Task BeatAsync(Guid node, TimeSpan ago)
    {
        await _database.Get<NodeHeartbeats>().BeatAsync(node, "here", 1, Started, Ct);
        await using var command = _database.Get<NpgsqlDataSource>().CreateCommand("UPDATE tus_upload.nodes SET heartbeat_at = now() - $1 WHERE id = $2");
        command.Parameters.Add(new() { Value = ago });
        command.Parameters.Add(new() { Value = node });
        await command.ExecuteNonQueryAsync(Ct);
    }

    private async Task<Guid> SessionAsync(Guid? lease)
    {
        var session = _database.Session(100);
        Assert.True((await _database.CreateAsync(session)).Made);
        if (lease is { } node)
        {
            Assert.NotNull(await _database.Get<SessionLeases>().TakeAsync(session.Id, TestDatabase.User, 0, node, Hour, TestDatabase.Now, Ct));
        }

        return session.Id;
    }

    private async Task<UploadSession> SessionOfAsync(Guid id)
    {
        await using var db = _database.Db();
        return await db.Sessions.SingleAsync(session => session.Id == id, Ct);
    }

    private async Task<JanitorRun> RunAsync()
    {
        await using var db = _database.Db();
        return await db.Set<JanitorRun>().SingleAsync(run => run.Name == "nodes", Ct);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _database.Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
