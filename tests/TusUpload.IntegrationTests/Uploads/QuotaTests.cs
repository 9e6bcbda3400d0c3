using System.Net;
using System.Text;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Data.Links;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Reserved and used stay within the limit, and are the truth, whatever happens at once.</summary>
public sealed class QuotaTests(QuotaTests.Server server) : IClassFixture<QuotaTests.Server>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("user")]
    [InlineData("workspace")]
    [InlineData("link")]
    public async Task Sixty_four_clients_that_race_for_room_for_ten_get_in_ten_times(string level)
    {
        var (user, workspace, link) = await AccountAsync($"racer-{level}");
        await server.WithDbAsync(db => level switch
        {
            "user" => db.Users.Where(row => row.Id == user).ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageLimit, 10_500L), Ct),
            "workspace" => db.Workspaces.Where(row => row.Id == workspace).ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageLimit, 10_500L), Ct),
            _ => db.Links.Where(row => row.Id == link).ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageLimit, 10_500L), Ct),
        });

        // Half of them bring their bytes along.
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(i =>
            server.Client.PostAsync(1_000, i % 2 == 0 ? new byte[1_000] : null, Metadata(("linkId", $"{link}")), user)));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.Created))
        {
            Assert.Equal(("quota_exceeded", level), (await refused.CodeAsync(), (await refused.JsonAsync(HttpStatusCode.RequestEntityTooLarge)).Text("level")));
        }

        var (used, reserved) = await server.Client.UsageAsync(user);
        Assert.Equal(10_000, used + reserved);
        Assert.Empty(await DriftAsync());
        Assert.Equal(level == "user" ? 1 : 0, await WarningsAsync(user, "user", 95));
        Assert.Equal(1, await WarningsAsync(user, level, 95));
    }

    [Fact]
    public async Task Whatever_becomes_of_uploads_and_files_no_counter_ever_drifts()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var (user, _, link) = await AccountAsync("chaos");
        await server.WithDbAsync(db => db.Users.Where(row => row.Id == user).ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageLimit, 200_000L), Ct));
        var clients = Enumerable.Range(0, 6).Select(i => RandomlyAsync(new Random(seed + i), user, link)).ToArray();
        var running = Task.WhenAll(clients);

        // In every snapshot, not only in the end.
        while (!running.IsCompleted)
        {
            Assert.Empty(await DriftAsync());
        }

        Assert.True((await running).Sum() > 100);
        await Eventually.FindAsync(
            async () => await server.WithDbAsync(db => db.Files.AnyAsync(
                file => file.UserId == user && file.DeletedAt == null && file.ProcessingStatus != "ready" && file.ProcessingStatus != "rejected" && file.ProcessingStatus != "failed",
                Ct)) ? null : "",
            "every file to end");
        Assert.Empty(await DriftAsync());
        var (used, reserved) = await server.Client.UsageAsync(user);
        var files = await server.WithDbAsync(db => db.Files.Where(file => file.UserId == user && file.DeletedAt == null && file.ProcessingStatus == "ready").SumAsync(file => file.FileSize, Ct));
        Assert.Equal(files, used);
        Assert.Equal(await server.WithDbAsync(db => db.Sessions.Where(upload => upload.UserId == user).SumAsync(upload => upload.ReservedSize, Ct)), reserved);
    }

    private static string Metadata(params (string Key, string Value)[] pairs) =>
        string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    /// <summary>One client; how much of what it did was answered well.</summary>
    private async Task<int> RandomlyAsync(Random random, string user, Guid link)
    {
        var (done, mine, client) = (0, new List<Guid>(), server.ClientOf(user));
        for (var i = 0; i < 60; i++)
        {
            var (some, size) = (mine.Count > 0 ? mine[random.Next(mine.Count)] : Guid.Empty, random.Next(1, 5_000));
            var place = random.Next(2) == 0 ? Metadata(("linkId", $"{link}")) : null;
            using var answer = random.Next(9) switch
            {
                0 => await client.PostAsync(size, null, place),
                1 => await client.PostAsync(size, new byte[size], place),
                2 => await client.PostAsync(null, null, place),

                // Other bytes than were promised: rejected.
                3 => await client.PostAsync(size, new byte[size], Metadata(("sha256", new string('0', 64)))),
                4 => await client.PatchAsync(Address(some), 0, new byte[random.Next(1, size + 1)]),
                5 => await client.TerminateAsync(Address(some)),
                6 => await client.DeleteAsync($"/api/v1/files/{some}", Ct),
                7 => await client.PostJsonAsync($"/api/v1/files/{some}/copy", new { }),
                _ => await EndAsync(random, some),
            };
            if (answer.IsSuccessStatusCode)
            {
                done++;
                mine.AddRange(answer.Headers.Location is { } made ? [made.Id()] : []);
            }
        }

        return done;
    }

    /// <summary>What no client can do: its time runs out, or its processing fails and is tried again.</summary>
    private async Task<HttpResponseMessage> EndAsync(Random random, Guid some)
    {
        var now = TimeProvider.System.GetUtcNow();
        var files = server.Services.GetRequiredService<FileProcessing>();
        var happened = random.Next(3) switch
        {
            0 => await server.WithDbAsync(db => db.Sessions.Where(upload => upload.Id == some && upload.Status == "receiving")
                .ExecuteUpdateAsync(set => set.SetProperty(upload => upload.ExpiresAt, now.AddMinutes(-1)), Ct)) > 0,
            1 => await files.FailAsync(some, "a_test", "A test.", now, Ct),
            _ => await files.RejectAsync(some, "a_test", "A test.", now, Ct),
        };
        return new(happened ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    private static Uri Address(Guid upload) => new($"/uploads/{upload}", UriKind.Relative);

    private Task<IReadOnlyList<StorageDrift>> DriftAsync() => server.Services.GetRequiredService<StorageRecount>().FindAsync(Ct);

    private async Task<int> WarningsAsync(string user, string level, int percent)
    {
        var data = await server.WithDbAsync(db => db.Outbox.Where(row => row.UserId == user && row.Type == "quota.warning").Select(row => row.Data).ToListAsync(Ct));
        return data.Select(json => System.Text.Json.JsonDocument.Parse(json).RootElement)
            .Count(one => one.Text("level") == level && one.GetProperty("percent").GetInt32() == percent);
    }

    private async Task<(string User, Guid Workspace, Guid Link)> AccountAsync(string user)
    {
        var usage = await server.ClientOf(user).GetJsonAsync("/api/v1/usage");
        var workspace = usage.GetProperty("workspaces")[0].GetProperty("id").GetGuid();
        var link = new Link { Id = Guid.CreateVersion7(), WorkspaceId = workspace, Slug = user, CreatedBy = user };
        await server.WithDbAsync(db =>
        {
            db.Links.Add(link);
            return Task.FromResult(0);
        });
        return (user, workspace, link.Id);
    }

    /// <summary>Sweeps often.</summary>
    public sealed class Server(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Tus:SweepInterval", "00:00:00.200")];
    }
}
