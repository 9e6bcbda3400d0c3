using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Links;
using TusUpload.Pipeline.Janitors;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth;

namespace TusUpload.IntegrationTests.Api;

/// <summary>Who did what, when and from where.</summary>
public sealed class AuditTests(JwtTests.Server server) : IClassFixture<JwtTests.Server>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_done_is_in_the_log_when_it_is_answered()
    {
        using var ann = server.ClientWith(Tokens.Of("audit-ann"));
        var key = await ann.MakeKeyAsync("read", "write", "upload");
        using var program = server.ClientWith(key.Text("key"));
        var file = await server.UploadAsync([1], client: ann);
        var workspace = (await ann.WaitForFileAsync(file)).GetProperty("workspaceId").GetGuid();

        using var renamed = await program.PatchAsJsonAsync($"/api/v1/files/{file}", new { fileName = "b" }, Ct);
        var batch = await (await ann.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created);
        using var deleted = await ann.DeleteAsync($"/api/v1/files/{file}", Ct);
        var entries = await EntriesAsync("actor=audit-ann");

        Assert.Equal(["delete a file", "make a batch", "change a file", "make an API key"], entries.Select(entry => entry.Text("action")));
        Assert.Equal(
            [file.ToString(), batch.Text("id"), file.ToString(), key.Text("id")], entries.Select(entry => entry.Text("subject")));
        Assert.Equal([204, 201, 200, 201], entries.Select(entry => entry.GetProperty("status").GetInt32()));
        Assert.All(entries.Take(3), entry => Assert.Equal(workspace, entry.GetProperty("workspaceId").GetGuid()));
        Assert.Equal([null, null, key.Text("id"), null], entries.Select(entry => entry.Text("keyId")));
        Assert.All(entries, entry => Assert.True(IPAddress.IsLoopback(IPAddress.Parse(entry.Text("address")!))));
    }

    [Fact]
    public async Task Whoever_may_not_is_in_it_and_what_is_merely_wrong_or_read_is_not()
    {
        var other = $"audit-{Guid.CreateVersion7():N}";
        using var ann = server.ClientWith(Tokens.Of(other));
        using var reader = server.ClientWith((await ann.MakeKeyAsync("read")).Text("key"));
        using var nobody = server.ClientWith(null);
        var (unknown, absent) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        using var forbidden = await reader.DeleteAsync($"/api/v1/files/{unknown}", Ct);
        using var anonymous = await nobody.DeleteAsync($"/api/v1/files/{unknown}", Ct);
        using var missing = await ann.DeleteAsync($"/api/v1/files/{absent}", Ct);
        using var invalid = await ann.PostJsonAsync("/api/v1/batches", new { expectedFiles = 0 });
        await ann.GetJsonAsync("/api/v1/files");
        var entries = await EntriesAsync($"subject={unknown}");

        Assert.Equal([(null, 401), (other, 403)], entries.Select(entry => (entry.Text("actor"), entry.GetProperty("status").GetInt32())));
        Assert.Empty(await EntriesAsync($"subject={absent}"));
        Assert.Equal(["delete a file", "make an API key"], (await EntriesAsync($"actor={other}")).Select(entry => entry.Text("action")));
    }

    [Fact]
    public async Task Operators_who_sign_in_and_act_on_jobs_are_in_it()
    {
        using var browser = server.ClientWith(null);
        using var signedIn = await PostAsync(browser, "/login", null, new("token", Tokens.Of("audit-olga", "operator")));
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        using var refused = await PostAsync(browser, "/login", null, new("token", Tokens.Of("audit-eve")));
        using var acted = await PostAsync(browser, "/hangfire/jobs/failed/requeue", cookie, new("jobs[]", "1"));
        using var polled = await PostAsync(browser, "/hangfire/stats", cookie, new("metrics[]", "x"));
        using var signedOut = await PostAsync(browser, "/logout", cookie, new("a", "b"));

        var entries = await EntriesAsync("actor=audit-olga");
        Assert.Equal(["sign out", "change jobs", "sign in"], entries.Select(entry => entry.Text("action")));
        Assert.Equal("jobs/failed/requeue", entries[1].Text("subject"));
        var eve = Assert.Single(await EntriesAsync("actor=audit-eve"));
        Assert.Equal(("sign in", 403), (eve.Text("action"), eve.GetProperty("status").GetInt32()));
    }

    [Fact]
    public async Task However_an_address_is_written_what_is_asked_of_it_is_recorded()
    {
        using var nobody = server.ClientWith(null);
        var since = TimeProvider.System.GetUtcNow();
        var expected = new List<string?> { "change jobs" };
        using (var jobs = await PostAsync(nobody, "/HANGFIRE/JOBS/FAILED/REQUEUE", null, new("jobs[]", "1")))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, jobs.StatusCode);
        }

        foreach (var (method, path, action) in Changes())
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path.ToUpperInvariant());
            using var answer = await nobody.SendAsync(request, Ct);
            if (action != "visit a share link")
            {
                Assert.True((int)answer.StatusCode is 401 or 403 or 302, $"{method} {path}: {answer.StatusCode}");
                expected.Add(action);
            }
        }

        var entries = await EntriesAsync($"from={Uri.EscapeDataString(Floor(since))}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), entries.Select(entry => entry.Text("action")).Order(StringComparer.Ordinal));
        Assert.Equal("JOBS/FAILED/REQUEUE", entries[^1].Text("subject"));
    }

    [Fact]
    public async Task Visits_of_a_link_are_in_it_and_wrong_passwords()
    {
        using var ann = server.ClientWith(Tokens.Of("audit-links"));
        var link = await ann.MakeLinkAsync(new { password = "open" });
        using var nobody = server.ClientWith(null);

        await (await nobody.VisitAsync(link, "shut")).IsProblemAsync(HttpStatusCode.Unauthorized, "wrong_password");
        using var visit = await nobody.PostJsonAsync($"/API/V1/LINKS/{link.Text("slug")}/SESSION", new { password = "open" });
        Assert.Equal(HttpStatusCode.OK, visit.StatusCode);

        var entries = await EntriesAsync($"subject={link.Text("id")}");
        Assert.Equal(
            [("visit a share link", 200), ("visit a share link", 401), ("make a share link", 201)],
            entries.Select(entry => (entry.Text("action")!, entry.GetProperty("status").GetInt32())));
        Assert.StartsWith("link:", entries[0].Text("actor"), StringComparison.Ordinal);
        Assert.Null(entries[1].Text("actor"));
    }

    [Fact]
    public async Task What_was_made_once_is_recorded_once()
    {
        using var ann = server.ClientWith(Tokens.Of("audit-twice"));
        ann.DefaultRequestHeaders.Add("Idempotency-Key", "once");

        var first = await (await ann.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created);
        var second = await (await ann.PostJsonAsync("/API/v1/batches/", new { })).JsonAsync(HttpStatusCode.Created);

        Assert.Equal(first.Text("id"), second.Text("id"));
        Assert.Single(await EntriesAsync("actor=audit-twice"));
    }

    [Fact]
    public async Task What_was_done_in_part_is_in_it()
    {
        using var ann = server.ClientWith(Tokens.Of("audit-part"));
        var batch = (await (await ann.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created)).Text("id");
        var upload = await server.CreateUploadAsync(10, "a", ann, ("batchId", batch!));
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var connection = await database.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await using var hold = connection.CreateCommand();
        hold.CommandText = $"SELECT FROM tus_upload.upload_sessions WHERE id = '{upload}' FOR UPDATE";
        await hold.ExecuteNonQueryAsync(Ct);

        using var cancelled = await ann.PostAsync($"/api/v1/batches/{batch}/cancel", null, Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, cancelled.StatusCode);
        var entries = await EntriesAsync($"subject={batch}");
        Assert.Equal([("cancel a batch", 503), ("make a batch", 201)], entries.Select(entry => (entry.Text("action")!, entry.GetProperty("status").GetInt32())));
    }

    [Fact]
    public async Task It_is_read_by_page_and_narrowed_by_action_time_and_workspace()
    {
        using var ann = server.ClientWith(Tokens.Of("audit-pages"));
        for (var i = 0; i < 5; i++)
        {
            await (await ann.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created);
        }

        var all = await EntriesAsync("actor=audit-pages");
        using var olga = server.ClientWith(Tokens.Of("olga", "operator"));
        var pages = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = await olga.GetJsonAsync($"/api/v1/audit?actor=audit-pages&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            pages.AddRange(page.Ids());
            cursor = page.Text("nextCursor");
        }
        while (cursor is not null);

        Assert.Equal(all.Select(entry => entry.GetProperty("id").GetGuid()), pages);
        Assert.Equal(5, pages.Count);
        var middle = all[2].GetProperty("at").GetDateTimeOffset();
        Assert.Equal(3, (await EntriesAsync($"actor=audit-pages&from={Uri.EscapeDataString(Floor(middle))}")).Count);
        Assert.Equal(2, (await EntriesAsync($"actor=audit-pages&to={Uri.EscapeDataString(Floor(middle))}")).Count);
        Assert.Equal(5, (await EntriesAsync($"workspaceId={all[0].Text("workspaceId")}&action=make%20a%20batch")).Count);
        Assert.Empty(await EntriesAsync("actor=audit-pages&action=nothing"));
        await (await olga.GetAsync("/api/v1/audit?actor=%00", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Fact]
    public async Task Old_entries_are_removed_and_no_others()
    {
        using var ann = server.ClientWith(Tokens.Of("audit-old"));
        await (await ann.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created);
        var old = Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddDays(-366));
        await ExecuteAsync($"INSERT INTO tus_upload.audit_log (id, at, action, status, actor) VALUES ('{old}', now() - interval '366 days', 'x', 200, 'audit-old')");
        var janitor = server.Services.GetServices<IJanitor>().OfType<AuditJanitor>().Single();

        Assert.Equal(1, (await janitor.RunOnceAsync(Ct))["removed"]);
        Assert.Equal(0, (await janitor.RunOnceAsync(Ct))["removed"]);
        Assert.Single(await EntriesAsync("actor=audit-old"));
    }

    [Fact]
    public async Task An_entry_that_cannot_be_written_costs_nobody_an_answer()
    {
        await using var own = await RunningServer.StartAsync(server.Postgres, Tokens.Take);
        using var ann = own.ClientWith(Tokens.Of("ann"));
        await using var database = NpgsqlDataSource.Create(own.ConnectionString);
        await using var drop = database.CreateCommand("DROP TABLE tus_upload.audit_log");
        await drop.ExecuteNonQueryAsync(Ct);

        await (await ann.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created);

        using var olga = own.ClientWith(Tokens.Of("olga", "operator"));
        var metrics = await Eventually.FindAsync(
            async () => await olga.GetStringAsync("/metrics", Ct) is var text && text.Contains("tus_upload_audit_lost", StringComparison.Ordinal) ? text : null,
            "the counter");
        Assert.Matches(@"tus_upload_audit_lost\w*_total\S* 1", metrics);
    }

    /// <summary>Of an entry nobody could tell what was done, if two things were called the same.</summary>
    [Fact]
    public void No_two_things_that_change_something_are_called_the_same()
    {
        var shared = server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal))
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods.Any(method => method is not ("GET" or "HEAD" or "OPTIONS")))
            .GroupBy(endpoint => endpoint.Metadata.GetMetadata<Access>()?.Name)
            .Where(named => named.Count() > 1)
            .Select(named => $"{named.Key}: {string.Join(", ", named.Select(endpoint => endpoint.DisplayName))}");

        Assert.True(!shared.Any(), $"Give each a name of its own in Auth/Access.cs, which the audit log shows:\n{string.Join('\n', shared)}");
    }

    // Of the API and of signing in.
    private IEnumerable<(string Method, string Path, string Action)> Changes() =>
        from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let pattern = endpoint.RoutePattern.RawText!
        where pattern.StartsWith("/api/", StringComparison.Ordinal) || pattern.StartsWith("/log", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        where method is not ("GET" or "HEAD" or "OPTIONS")
        let path = pattern.Replace("{id:guid}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal).Replace("{userId}", "u", StringComparison.Ordinal)
            .Replace("{slug}", "s", StringComparison.Ordinal)
        select (method, path, endpoint.Metadata.GetMetadata<AuditedAction>()?.Name ?? endpoint.Metadata.GetMetadata<Access>()!.Name);

    private async Task<List<JsonElement>> EntriesAsync(string filter)
    {
        using var olga = server.ClientWith(Tokens.Of("olga", "operator"));
        return [.. (await olga.GetJsonAsync($"/api/v1/audit?limit=200&{filter}")).GetProperty("items").EnumerateArray()];
    }

    // What entries' ids tell is whole milliseconds.
    private static string Floor(DateTimeOffset moment) => moment.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string path, string? cookie, KeyValuePair<string, string> field)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent([field]) };
        request.Headers.TryAddWithoutValidation("Cookie", cookie is null ? [] : [cookie]);
        return await browser.SendAsync(request, Ct);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(sql);
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
    }
}
