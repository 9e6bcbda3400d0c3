using System.Net;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class UploadsTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_is_shown_with_all_its_members()
    {
        var id = await server.CreateUploadAsync(1000, "größe.bin");

        var upload = await server.Client.GetJsonAsync($"/api/v1/uploads/{id}");

        Assert.Equal(
            ["id", "fileName", "totalSize", "uploadedSize", "status", "bytesPerSecond", "expiresAt", "lastActivityAt"], upload.Members());
        Assert.Equal("größe.bin", upload.Text("fileName"));
        Assert.Equal(1000, upload.GetProperty("totalSize").GetInt64());
        Assert.Equal(0, upload.GetProperty("uploadedSize").GetInt64());
        Assert.Equal("receiving", upload.Text("status"));
    }

    [Fact]
    public async Task Uploads_are_listed_newest_first_page_by_page_and_by_status()
    {
        var client = server.ClientOf("lister");
        var ids = new List<Guid>();
        for (var index = 0; index < 5; index++)
        {
            ids.Add(await server.CreateUploadAsync(10, client: client));
        }

        ids.Reverse();
        var first = await client.GetJsonAsync("/api/v1/uploads?limit=2");
        var second = await client.GetJsonAsync($"/api/v1/uploads?limit=2&cursor={first.Text("nextCursor")}");
        var third = await client.GetJsonAsync($"/api/v1/uploads?limit=2&cursor={second.Text("nextCursor")}");

        Assert.Equal(ids, first.Ids().Concat(second.Ids()).Concat(third.Ids()));
        Assert.Null(third.Text("nextCursor"));
        Assert.Equal(5, (await client.GetJsonAsync("/api/v1/uploads?status=receiving")).Ids().Count());
        Assert.Empty((await client.GetJsonAsync("/api/v1/uploads?status=expired")).Ids());
        await (await client.GetAsync("/api/v1/uploads?status=lost", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_status");
    }

    [Fact]
    public async Task Somebody_elses_upload_is_not_there()
    {
        var id = await server.CreateUploadAsync(10, client: server.ClientOf("owner"));
        var other = server.ClientOf("other");

        await (await other.GetAsync($"/api/v1/uploads/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "upload_not_found");
        await (await other.DeleteAsync($"/api/v1/uploads/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "upload_not_found");
        await (await other.PostAsync($"/api/v1/uploads/{id}/extend", null, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "upload_not_found");
        Assert.Empty((await other.GetJsonAsync("/api/v1/uploads")).Ids());
    }

    [Fact]
    public async Task Cancelling_ends_the_upload_and_gives_its_reservation_back()
    {
        var client = server.ClientOf("canceller");
        var id = await server.CreateUploadAsync(1000, client: client);

        using var cancelled = await client.DeleteAsync($"/api/v1/uploads/{id}", Ct);

        Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        Assert.Equal("terminated", (await client.GetJsonAsync($"/api/v1/uploads/{id}")).Text("status"));
        var usage = await client.GetJsonAsync("/api/v1/usage");
        Assert.Equal(0, usage.GetProperty("user").GetProperty("reserved").GetInt64());
    }

    [Fact]
    public async Task Extending_moves_the_end_and_never_brings_it_nearer()
    {
        var id = await server.CreateUploadAsync(10);
        var before = (await server.Client.GetJsonAsync($"/api/v1/uploads/{id}")).GetProperty("expiresAt").GetDateTimeOffset();

        var far = await (await server.Client.PostJsonAsync($"/api/v1/uploads/{id}/extend", new { seconds = 7 * 86_400 })).JsonAsync(HttpStatusCode.OK);
        var near = await (await server.Client.PostJsonAsync($"/api/v1/uploads/{id}/extend", new { seconds = 60 })).JsonAsync(HttpStatusCode.OK);
        var usual = await (await server.Client.PostAsync($"/api/v1/uploads/{id}/extend", null, Ct)).JsonAsync(HttpStatusCode.OK);

        var end = far.GetProperty("expiresAt").GetDateTimeOffset();
        Assert.InRange((end - before).TotalDays, 5.9, 6.1);
        Assert.Equal(end, near.GetProperty("expiresAt").GetDateTimeOffset());
        Assert.Equal(end, usual.GetProperty("expiresAt").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("""{ "seconds": 0 }""", "invalid_seconds")]
    [InlineData("""{ "seconds": 99999999999 }""", "invalid_seconds")]
    [InlineData("""{ "seconds": "soon" }""", "invalid_request")]
    [InlineData("""{ "seconds": """, "invalid_request")]
    public async Task A_wrong_extension_is_refused(string body, string code)
    {
        var id = await server.CreateUploadAsync(10);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        await (await server.Client.PostAsync($"/api/v1/uploads/{id}/extend", content, Ct)).IsProblemAsync(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task A_complete_upload_is_neither_cancelled_nor_extended()
    {
        var id = await server.UploadAsync([1, 2, 3]);

        await (await server.Client.DeleteAsync($"/api/v1/uploads/{id}", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "upload_completed");
        await (await server.Client.PostAsync($"/api/v1/uploads/{id}/extend", null, Ct)).IsProblemAsync(HttpStatusCode.Conflict, "upload_ended");
        Assert.Equal("received", (await server.Client.GetJsonAsync($"/api/v1/uploads/{id}")).Text("status"));
    }
}
