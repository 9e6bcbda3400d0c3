using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api;

/// <summary>Users as admins see and change them, and what operators do about usage.</summary>
public sealed class UsersTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    private readonly HttpClient _admin = server.ClientWith(Tokens.Of("an-admin", "admin"));

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_limit_holds_for_the_next_upload_and_ends_nothing_that_is_there()
    {
        using var user = server.ClientWith(Tokens.Of("limited", plan: "small"));
        var upload = await server.CreateUploadAsync(80, client: user);

        var changed = await ChangeAsync("limited", new { storageLimit = 10 });

        Assert.Equal((10, true, 80), (changed.GetProperty("storageLimit").GetInt64(), changed.GetProperty("hasOwnLimit").GetBoolean(), changed.GetProperty("storageReserved").GetInt64()));
        using (var refused = await user.PostAsync(1))
        {
            Assert.Equal("quota_exceeded", await refused.CodeAsync());
        }

        using (var goesOn = await user.PatchAsync(new Uri($"/uploads/{upload}", UriKind.Relative), 0, new byte[80]))
        {
            Assert.Equal(HttpStatusCode.NoContent, goesOn.StatusCode);
        }

        // A plan that its sign-in names changes nothing of it.
        using var promoted = server.ClientWith(Tokens.Of("limited", plan: "large"));
        using (var refused = await promoted.PostAsync(1))
        {
            Assert.Equal("quota_exceeded", await refused.CodeAsync());
        }

        Assert.Equal(JsonValueKind.Null, (await ChangeAsync("limited", new { storageLimit = default(long?) })).GetProperty("storageLimit").ValueKind);
        using (var made = await user.PostAsync(100_000))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }
    }

    [Fact]
    public async Task A_user_whose_id_has_a_slash_is_found()
    {
        using var user = server.ClientWith(Tokens.Of("auth0/a user"));
        await user.GetJsonAsync("/api/v1/usage");

        Assert.Equal("auth0/a user", (await _admin.GetJsonAsync("/api/v1/users/auth0%2Fa%20user")).Text("id"));
        Assert.Equal(10, (await ChangeAsync("auth0%2Fa%20user", new { storageLimit = 10 })).GetProperty("storageLimit").GetInt64());
        using var dropped = await _admin.DeleteAsync("/api/v1/users/auth0%2fa%20user/storage-limit", Ct);
        Assert.Equal("auth0/a user", (await dropped.JsonAsync(HttpStatusCode.OK)).Text("id"));
        await (await _admin.GetAsync("/api/v1/users/%2F", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "user_not_found");
    }

    [Fact]
    public async Task Without_a_limit_of_its_own_a_user_has_that_of_its_plan_again()
    {
        using var user = server.ClientWith(Tokens.Of("returned", plan: "large"));
        await server.CreateUploadAsync(1, client: user);
        await ChangeAsync("returned", new { storageLimit = 5 });

        using var answer = await _admin.DeleteAsync("/api/v1/users/returned/storage-limit", Ct);
        var returned = await answer.JsonAsync(HttpStatusCode.OK);

        Assert.Equal((1000, false, "large"), (returned.GetProperty("storageLimit").GetInt64(), returned.GetProperty("hasOwnLimit").GetBoolean(), returned.Text("plan")));
        Assert.Equal(returned.GetRawText(), (await _admin.GetJsonAsync("/api/v1/users/returned")).GetRawText());
        using var none = await _admin.DeleteAsync("/api/v1/users/nobody/storage-limit", Ct);
        await none.IsProblemAsync(HttpStatusCode.NotFound, "user_not_found");
    }

    [Fact]
    public async Task Users_are_listed_newest_first_page_by_page()
    {
        foreach (var name in new[] { "listed-1", "listed-2", "listed-3" })
        {
            using var user = server.ClientWith(Tokens.Of(name));
            await user.GetJsonAsync("/api/v1/usage");
        }

        var seen = new List<string>();
        for (var (cursor, first) = ("", true); first || cursor.Length > 0; first = false)
        {
            var page = await _admin.GetJsonAsync($"/api/v1/users?limit=2{(first ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(user => user.Text("id")!));
            cursor = page.Text("nextCursor") ?? "";
        }

        Assert.Equal(["listed-3", "listed-2", "listed-1"], seen.Where(id => id.StartsWith("listed-", StringComparison.Ordinal)));
        Assert.Equal(seen.Distinct().Count(), seen.Count);
    }

    [Theory]
    [InlineData("{}", "invalid_request")]
    [InlineData("""{"storageLimit":-1}""", "invalid_storage_limit")]
    [InlineData("""{"storageLimit":"much"}""", "invalid_request")]
    public async Task A_limit_that_is_none_is_refused(string body, string code)
    {
        using var user = server.ClientWith(Tokens.Of("unchanged"));
        await user.GetJsonAsync("/api/v1/usage");

        using var answer = await _admin.PatchAsync("/api/v1/users/unchanged", new StringContent(body, null, "application/json"), Ct);

        await answer.IsProblemAsync(HttpStatusCode.BadRequest, code);
        Assert.Equal(50, (await _admin.GetJsonAsync("/api/v1/users/unchanged")).GetProperty("storageLimit").GetInt64());
    }

    [Fact]
    public async Task An_operator_sees_what_has_drifted_and_repairs_it_on_record()
    {
        using var user = server.ClientWith(Tokens.Of("drifted"));
        await server.CreateUploadAsync(7, client: user);
        using var oscar = server.ClientWith(Tokens.Of("oscar"));
        Assert.Empty((await oscar.GetJsonAsync("/api/v1/usage/drift")).GetProperty("items").EnumerateArray());
        await server.WithDbAsync(db => db.Users.Where(row => row.Id == "drifted")
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.StorageReserved, 8L).SetProperty(row => row.StorageUsed, 9L), Ct));

        var drift = await oscar.GetJsonAsync("/api/v1/usage/drift");
        var repaired = await (await oscar.PostAsync("/api/v1/usage/repair", null, Ct)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(
            """[{"level":"user","id":"drifted","measure":"reserved","counted":8,"actual":7},{"level":"user","id":"drifted","measure":"used","counted":9,"actual":0}]""",
            drift.GetProperty("items").GetRawText());
        Assert.Equal(drift.GetRawText(), repaired.GetRawText());
        Assert.Empty((await oscar.GetJsonAsync("/api/v1/usage/drift")).GetProperty("items").EnumerateArray());
        Assert.Equal((0, 7), await user.UsageAsync());
        var audit = await server.WithDbAsync(db => db.AuditLog.Where(entry => entry.Action == "repair usage" && entry.Subject == "user:drifted").ToListAsync(Ct));
        Assert.Equal(2, audit.Count);
        Assert.All(audit, entry => Assert.Equal(("oscar", 200), (entry.Actor, entry.Status)));
        Assert.All(audit, entry => Assert.NotNull(entry.Address));
    }

    private async Task<JsonElement> ChangeAsync(string user, object body)
    {
        using var answer = await _admin.PatchAsJsonAsync($"/api/v1/users/{user}", body, Ct);
        return await answer.JsonAsync(HttpStatusCode.OK);
    }
}
