using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Janitors;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Janitors;

namespace TusUpload.IntegrationTests.Pipeline.Janitors;

public sealed class JanitorTurnsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_turn_leaves_its_report_and_the_next_one_waits_for_its_time()
    {
        var turns = server.Services.GetRequiredService<JanitorTurns>();
        await server.WithDbAsync(db => db.Set<JanitorRun>().ExecuteDeleteAsync(Ct));

        var (first, second) = (await turns.RunOnceAsync(Ct), await turns.RunOnceAsync(Ct));

        Assert.Equal((server.Services.GetServices<IJanitor>().Count(), 0), (first, second));
        var run = await server.WithDbAsync(db => db.Set<JanitorRun>().SingleAsync(row => row.Name == "nodes", Ct));
        Assert.Equal("""{"forgotten": 0, "leases_ended": 0, "turns_dropped": 0, "requests_dropped": 0}""", run.Report);
        Assert.NotNull(run.EndedAt);
    }

    [Fact]
    public async Task What_is_looked_through_whole_is_looked_through_more_seldom()
    {
        var turns = server.Services.GetRequiredService<JanitorTurns>();
        await server.WithDbAsync(db => db.Set<JanitorRun>().ExecuteDeleteAsync(Ct));
        await turns.RunOnceAsync(Ct);

        await AgeAsync(TimeSpan.FromHours(17));
        Assert.Equal(server.Services.GetServices<IJanitor>().Count(janitor => janitor.Interval == TimeSpan.Zero), await turns.RunOnceAsync(Ct));
        await AgeAsync(TimeSpan.FromHours(2));
        Assert.Equal(server.Services.GetServices<IJanitor>().Count(), await turns.RunOnceAsync(Ct));
    }

    private Task<int> AgeAsync(TimeSpan by) =>
        server.WithDbAsync(db => db.Database.ExecuteSqlAsync($"UPDATE tus_upload.janitor_runs SET started_at = started_at - {by}", Ct));
}
