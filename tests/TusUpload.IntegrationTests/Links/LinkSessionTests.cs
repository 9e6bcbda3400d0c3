using System.Diagnostics;
using System.Net;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Auth;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Links;

/// <summary>Links as their visitors come by them: with a password, with a token, and when they are over.</summary>
public sealed class LinkSessionTests(LinkServer server) : IClassFixture<LinkServer>, IDisposable
{
    private readonly HttpClient _owner = server.ClientWith(Tokens.Of("door-ann"));
    private readonly HttpClient _nobody = server.ClientWith(null);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _owner.Dispose();
        _nobody.Dispose();
    }

    [Fact]
    public async Task A_visitor_says_the_password_uploads_and_sees_its_own_and_nobody_elses()
    {
        var link = await _owner.MakeLinkAsync(new { password = "open sesame" });
        using var session = await _nobody.VisitAsync(link, "open sesame");
        var visit = await session.JsonAsync(HttpStatusCode.OK);
        Assert.Equal($"{server.Address.AbsoluteUri.TrimEnd('/')}/uploads", visit.Text("uploadUrl"));
        using var visitor = server.ClientWith(visit.Text("token"));
        using var other = await server.VisitorAsync(link, "open sesame");

        var id = await server.UploadAsync([1, 2, 3], client: visitor);

        var file = await visitor.WaitForFileAsync(id);
        Assert.Equal(link.Text("id"), file.Text("linkId"));
        Assert.Equal("ready", (await _owner.WaitForFileAsync(id)).Text("processingStatus"));
        Assert.Equal([id], (await visitor.GetJsonAsync("/api/v1/files")).Ids());
        Assert.Equal([id], (await visitor.GetJsonAsync("/api/v1/uploads")).Ids());
        Assert.Empty((await other.GetJsonAsync("/api/v1/files")).Ids());
        Assert.Empty((await other.GetJsonAsync("/api/v1/uploads")).Ids());
        await (await other.GetAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await visitor.GetAsync($"/api/v1/files/{id}/content", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await visitor.GetAsync("/api/v1/links", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        var counted = await _owner.LinkAsync(link);
        Assert.Equal((2, 1), (counted.GetProperty("uses").GetInt32(), counted.GetProperty("files").GetInt32()));
        Assert.Equal(3, counted.GetProperty("storage").GetProperty("used").GetInt64());
    }

    [Fact]
    public async Task Anybody_sees_what_a_page_needs_and_no_more()
    {
        var link = await _owner.MakeLinkAsync(
            new { name = "Photos", password = "open sesame", maxFiles = 5, maxFileSize = 70, allowedTypes = LinkCalls.Images });

        var shown = await _nobody.GetJsonAsync($"/api/v1/links/{link.Text("slug")}/public");

        Assert.Equal(
            $$"""{"linkId":"{{link.Text("id")}}","name":"Photos","passwordRequired":true,"expiresAt":null,"usesLeft":null,"filesLeft":5,"""
            + "\"bytesLeft\":null,\"maxFileSize\":70,\"allowedTypes\":[\"image/*\"]}",
            shown.GetRawText());
        await (await _nobody.GetAsync("/api/v1/links/there-is-none/public", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");
        await server.ExpireAsync(link);
        await (await _nobody.GetAsync($"/api/v1/links/{link.Text("slug")}/public", Ct)).IsProblemAsync(HttpStatusCode.Gone, "link_expired");
        await _owner.RevokeAsync(link);
        await (await _nobody.GetAsync($"/api/v1/links/{link.Text("slug")}/public", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");
    }

    [Fact]
    public async Task Whoever_guesses_waits_longer_and_longer_and_the_right_password_is_forgiven_all()
    {
        var link = await _owner.MakeLinkAsync(new { password = "open sesame" });
        await (await _nobody.VisitAsync(link)).IsProblemAsync(HttpStatusCode.Unauthorized, "link_password_required");
        for (var i = 0; i < 5; i++)
        {
            await (await _nobody.VisitAsync(link, $"guess {i}")).IsProblemAsync(HttpStatusCode.Unauthorized, "wrong_password");
        }

        await TriesAsync(link, failed: 9);
        using var refused = await _nobody.VisitAsync(link, "open sesame");
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 17);
        await refused.IsProblemAsync(HttpStatusCode.TooManyRequests, "too_many_tries");

        await server.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"UPDATE tus_upload.link_tries SET since = since - interval '18 seconds' WHERE link_id = {link.GetProperty("id").GetGuid()}", Ct));
        Assert.Equal(HttpStatusCode.OK, (await _nobody.VisitAsync(link, "open sesame")).StatusCode);
        Assert.Equal(["*"], await server.WithDbAsync(db => db.Database.SqlQuery<string>(
            $"SELECT address AS \"Value\" FROM tus_upload.link_tries WHERE link_id = {link.GetProperty("id").GetGuid()}").ToListAsync(Ct)));
    }

    [Fact]
    public async Task Many_guesses_at_once_are_no_more_than_many_after_another()
    {
        var link = await _owner.MakeLinkAsync(new { password = "open sesame" });

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => _nobody.VisitAsync(link, $"guess {i}")));

        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized), 5, 8);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.TooManyRequests, $"{answer.StatusCode}"));
    }

    [Fact]
    public async Task A_link_that_is_not_there_takes_about_as_long_as_a_wrong_password()
    {
        var link = await _owner.MakeLinkAsync(new { password = "open sesame" });
        var known = await MedianAsync(() => _nobody.VisitAsync(link, "wrong"), HttpStatusCode.Unauthorized);
        var unknown = await MedianAsync(
            () => _nobody.PostJsonAsync("/api/v1/links/there-is-none/session", new { password = "wrong" }), HttpStatusCode.NotFound);

        Assert.InRange(unknown / known, 0.2, 5);
    }

    [Fact]
    public async Task A_link_takes_so_many_visitors_and_one_who_comes_again_is_none()
    {
        var link = await _owner.MakeLinkAsync(new { maxUses = 2, password = "open sesame" });
        var token = await server.LinkTokenAsync(link, "open sesame");
        using var visitor = server.ClientWith(token);
        var id = await server.CreateUploadAsync(10, client: visitor);
        Assert.NotNull(await server.LinkTokenAsync(link, "open sesame"));

        await (await _nobody.VisitAsync(link, "open sesame")).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "link_uses_exceeded");
        using var again = await _nobody.VisitAsync(link, before: token);

        using var same = server.ClientWith((await again.JsonAsync(HttpStatusCode.OK)).Text("token"));
        Assert.Equal([id], (await same.GetJsonAsync("/api/v1/uploads")).Ids());
        Assert.Equal(2, (await _owner.LinkAsync(link)).GetProperty("uses").GetInt32());
        await (await _nobody.VisitAsync(link, "open sesame", "lt1.nonsense")).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_visitor");
        var elsewhere = await _owner.MakeLinkAsync();
        await (await _nobody.VisitAsync(elsewhere, before: token)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_visitor");
    }

    [Fact]
    public async Task Sixty_four_visitors_who_race_for_ten_uses_are_let_in_ten_times()
    {
        var link = await _owner.MakeLinkAsync(new { maxUses = 10 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => _nobody.VisitAsync(link)));

        Assert.Equal(10, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal(10, (await _owner.LinkAsync(link)).GetProperty("uses").GetInt32());
    }

    [Fact]
    public async Task A_new_password_ends_the_tokens_of_the_old_one_and_no_upload()
    {
        var link = await _owner.MakeLinkAsync(new { password = "open sesame" });
        var token = await server.LinkTokenAsync(link, "open sesame");
        using var visitor = server.ClientWith(token);
        var upload = await visitor.CreateAsync(10);
        Assert.Equal(HttpStatusCode.OK, (await _owner.ChangeLinkAsync(link, """{"password":"shut sesame"}""")).StatusCode);

        await RunOutAsync(visitor, upload);

        await (await _nobody.VisitAsync(link, before: token)).IsProblemAsync(HttpStatusCode.Unauthorized, "link_password_required");
        using var again = await _nobody.VisitAsync(link, "shut sesame", token);
        using var same = server.ClientWith((await again.JsonAsync(HttpStatusCode.OK)).Text("token"));
        using var patch = await same.PatchAsync(upload, 0, new byte[10]);
        Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
    }

    [Fact]
    public async Task A_token_that_has_run_out_makes_no_client_start_again_and_is_renewed()
    {
        var link = await _owner.MakeLinkAsync();
        var token = await server.LinkTokenAsync(link);
        using var visitor = server.ClientWith(token);
        var upload = await visitor.CreateAsync(10);
        var late = await server.AgedAsync(token, TimeSpan.FromMinutes(-1));
        using var tardy = server.ClientWith(late);

        await RunOutAsync(tardy, upload);

        using var again = await _nobody.VisitAsync(link, before: late);
        using var same = server.ClientWith((await again.JsonAsync(HttpStatusCode.OK)).Text("token"));
        Assert.Equal(0, await same.OffsetAsync(upload));
        await (await _nobody.VisitAsync(link, before: await server.AgedAsync(token, TimeSpan.FromHours(-25))))
            .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_visitor");
    }

    [Fact]
    public async Task A_revoked_link_lets_nobody_in_and_its_files_stay()
    {
        var link = await _owner.MakeLinkAsync();
        using var visitor = await server.VisitorAsync(link);
        var file = await server.UploadAsync([1], client: visitor);
        var upload = await visitor.CreateAsync(10);
        var plain = await _nobody.CreateAsync(10, LinkCalls.Through(link));

        await _owner.RevokeAsync(link);

        await (await visitor.PostAsync(1)).IsProblemAsync(HttpStatusCode.Unauthorized, "link_revoked");
        await (await visitor.GetAsync("/api/v1/uploads", Ct)).IsProblemAsync(HttpStatusCode.Unauthorized, "link_revoked");
        foreach (var (client, address) in new[] { (visitor, upload), (_nobody, plain) })
        {
            await (await client.PatchAsync(address, 0, [1])).IsProblemAsync(HttpStatusCode.Unauthorized, "link_revoked");
            Assert.Equal(HttpStatusCode.NotFound, (await client.HeadAsync(address)).StatusCode);
        }

        await (await _nobody.VisitAsync(link)).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");
        await (await _nobody.PostAsync(1, metadata: LinkCalls.Through(link))).IsProblemAsync(HttpStatusCode.NotFound, "link_not_found");
        Assert.Equal("ready", (await _owner.WaitForFileAsync(file)).Text("processingStatus"));
    }

    [Fact]
    public async Task An_expired_link_takes_nothing_new_and_what_was_begun_is_finished()
    {
        var link = await _owner.MakeLinkAsync();
        using var visitor = await server.VisitorAsync(link);
        var upload = await visitor.CreateAsync(10);
        var plain = await _nobody.CreateAsync(10, LinkCalls.Through(link));
        var parts = new[] { await visitor.UploadPartAsync([1, 2]), await visitor.CreatePartAsync(2) };

        await server.ExpireAsync(link);

        await (await visitor.PostAsync(1)).IsProblemAsync(HttpStatusCode.Gone, "link_expired");
        await (await _nobody.PostAsync(1, metadata: LinkCalls.Through(link))).IsProblemAsync(HttpStatusCode.Gone, "link_expired");
        await (await _nobody.VisitAsync(link)).IsProblemAsync(HttpStatusCode.Gone, "link_expired");
        foreach (var (client, address) in new[] { (visitor, upload), (_nobody, plain) })
        {
            Assert.Equal(0, await client.OffsetAsync(address));
            using var patch = await client.PatchAsync(address, 0, new byte[10]);
            Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
            await _owner.WaitForFileAsync(address.Id());
        }

        var final = await visitor.JoinAsync(parts);
        using var last = await visitor.PatchAsync(parts[1], 0, [3, 4]);
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        await visitor.WaitForFileAsync(final.Id());
    }

    private static async Task RunOutAsync(HttpClient visitor, Uri upload)
    {
        using var head = await visitor.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.Locked, head.StatusCode);
        Assert.NotNull(head.Headers.RetryAfter);
        await (await visitor.PatchAsync(upload, 0, [1])).IsProblemAsync(HttpStatusCode.Unauthorized, "token_expired");
        await (await visitor.PostAsync(1)).IsProblemAsync(HttpStatusCode.Unauthorized, "token_expired");
    }

    private static async Task<double> MedianAsync(Func<Task<HttpResponseMessage>> ask, HttpStatusCode expected)
    {
        var times = new List<double>();
        for (var i = 0; i < 5; i++)
        {
            var started = Stopwatch.GetTimestamp();
            using var answer = await ask();
            times.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
            Assert.Equal(expected, answer.StatusCode);
        }

        return times.Order().ElementAt(2);
    }

    private Task<int> TriesAsync(JsonElement link, int failed) => server.WithDbAsync(db => db.Database.ExecuteSqlAsync(
        $"UPDATE tus_upload.link_tries SET failed = {failed}, since = now() WHERE link_id = {link.GetProperty("id").GetGuid()} AND address <> '*'", Ct));
}
