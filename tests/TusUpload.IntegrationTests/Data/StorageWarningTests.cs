using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using Npgsql;

using TusUpload.Data.Links;
using TusUpload.Data.Sessions;
using TusUpload.Data.Users;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class StorageWarningTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_owner_is_told_at_80_and_at_95_percent_and_again_only_after_there_was_room()
    {
        await using var database = await TestDatabase.CreateAsync(postgres, limit: 1_000);

        await HoldAsync(database, 799);
        Assert.Empty(await WarningsAsync(database));
        await HoldAsync(database, 1);
        await HoldAsync(database, 1);
        Assert.Equal(["user 80 of 1000: 0 used, 800 reserved"], await WarningsAsync(database));
        var top = await HoldAsync(database, 149);
        Assert.Equal("user 95 of 1000: 0 used, 950 reserved", (await WarningsAsync(database))[^1]);

        // Below 95 and not below 90: not told again. Below 90: told again, and only at 95.
        var much = await HoldAsync(database, 10);
        await EndAsync(database, much);
        await HoldAsync(database, 20);
        Assert.Equal(2, (await WarningsAsync(database)).Length);
        await EndAsync(database, top);
        Assert.Equal(2, (await WarningsAsync(database)).Length);
        top = await HoldAsync(database, 140);
        Assert.Equal("user 95 of 1000: 0 used, 961 reserved", (await WarningsAsync(database))[^1]);

        // Below 70 at once, and up again.
        foreach (var id in await database.Db().Sessions.Where(one => one.Status == "receiving").Select(one => one.Id).ToListAsync(Ct))
        {
            await EndAsync(database, id);
        }

        await HoldAsync(database, 850);
        Assert.Equal((4, "user 80 of 1000: 0 used, 850 reserved"), ((await WarningsAsync(database)).Length, (await WarningsAsync(database))[^1]));
    }

    [Fact]
    public async Task What_becomes_ready_is_told_of_no_more_and_a_level_without_a_limit_never()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await using (var set = database.Get<NpgsqlDataSource>().CreateCommand("UPDATE tus_upload.workspaces SET storage_limit = 100"))
        {
            await set.ExecuteNonQueryAsync(Ct);
        }

        await using var db = database.Db();
        var link = new Link { Id = Guid.CreateVersion7(), WorkspaceId = database.Workspace, Slug = "a", CreatedBy = TestDatabase.User, StorageLimit = 90 };
        db.Links.Add(link);
        await db.SaveChangesAsync(Ct);

        var session = database.Session(90, span: new(0, 90, new byte[16])) with { LinkId = link.Id };
        Assert.True((await database.CreateAsync(session)).Made);
        await database.SettleAsync(session.Id);

        Assert.Equal(["workspace 80 of 100: 0 used, 90 reserved", "link 95 of 90: 0 used, 90 reserved"], await WarningsAsync(database));
        Assert.Equal((90, 0), await database.UsageAsync());
        var told = await db.Outbox.Where(row => row.Type == "quota.warning").OrderBy(row => row.Position).ToListAsync(Ct);
        Assert.All(told, row => Assert.Equal((TestDatabase.User, null, database.Workspace), (row.UserId, row.UploaderId, row.WorkspaceId)));
        Assert.Equal([database.Workspace, link.Id], told.Select(row => row.Subject));
    }

    [Fact]
    public async Task Sixty_four_at_once_reach_each_limit_once()
    {
        await using var database = await TestDatabase.CreateAsync(postgres, limit: 650);

        var batch = await database.BatchAsync(null);

        var made = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => database.CreateAsync(database.Session(10, batch))));

        Assert.All(made, one => Assert.True(one.Made));
        Assert.Equal(["user 80 of 650: 0 used, 520 reserved", "user 95 of 650: 0 used, 620 reserved"], await WarningsAsync(database));
    }

    [Fact]
    public async Task A_group_that_passes_two_limits_at_once_tells_of_the_higher_one()
    {
        await using var database = await TestDatabase.CreateAsync(postgres, limit: 650);

        var made = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => database.CreateAsync(database.Session(10))));

        Assert.All(made, one => Assert.True(one.Made));
        var told = (await WarningsAsync(database)).Select(warning => warning.Split(' ')[1]).ToList();
        Assert.Equal(told.Count == 1 ? ["95"] : ["80", "95"], told);
    }

    [Fact]
    public async Task A_limit_that_is_lowered_warns_and_one_that_is_raised_makes_room_for_the_next_warning()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        var limits = database.Get<UserLimits>();
        await HoldAsync(database, 100);

        Assert.True(await limits.SetAsync(TestDatabase.User, 110, TestDatabase.Now, Ct));
        Assert.True(await limits.SetAsync(TestDatabase.User, 109, TestDatabase.Now, Ct));
        Assert.True(await limits.SetAsync(TestDatabase.User, 50, TestDatabase.Now, Ct));
        Assert.True(await limits.SetAsync(TestDatabase.User, 1_000, TestDatabase.Now, Ct));
        await HoldAsync(database, 860);
        Assert.False(await limits.SetAsync("nobody", 1, TestDatabase.Now, Ct));

        Assert.Equal(
            ["user 80 of 110: 0 used, 100 reserved", "user 95 of 50: 0 used, 100 reserved", "user 95 of 1000: 0 used, 960 reserved"],
            await WarningsAsync(database));
    }

    private static async Task<Guid> HoldAsync(TestDatabase database, long size)
    {
        var session = database.Session(size);
        Assert.True((await database.CreateAsync(session)).Made);
        return session.Id;
    }

    private static async Task EndAsync(TestDatabase database, Guid id) =>
        Assert.NotNull(await database.Get<SessionEndings>().TerminateAsync(id, TestDatabase.User, TestDatabase.Now, Ct));

    private static async Task<string[]> WarningsAsync(TestDatabase database)
    {
        await using var db = database.Db();
        var data = await db.Outbox.Where(row => row.Type == "quota.warning").OrderBy(row => row.Position).Select(row => row.Data).ToListAsync(Ct);
        return [.. data.Select(json => JsonDocument.Parse(json).RootElement).Select(one =>
            $"{one.GetProperty("level")} {one.GetProperty("percent")} of {one.GetProperty("limit")}: {one.GetProperty("used")} used, {one.GetProperty("reserved")} reserved")];
    }
}
