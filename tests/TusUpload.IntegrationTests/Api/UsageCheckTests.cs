using System.Net;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Links;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api;

public sealed class UsageCheckTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_is_that_of_the_upload_itself_and_nothing_is_held()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings =>
        {
            settings["Admission:UserStorageLimit"] = "1000";
            settings["Tus:MaxSize"] = "5000";
        });
        await server.CreateUploadAsync(100);
        var workspace = (await server.Client.GetJsonAsync("/api/v1/usage")).GetProperty("workspaces")[0].GetProperty("id").GetGuid();
        var link = await server.WithDbAsync(db =>
        {
            var link = new Link { Id = Guid.CreateVersion7(), WorkspaceId = workspace, Slug = "a", CreatedBy = "local", StorageLimit = 50 };
            db.Links.Add(link);
            return Task.FromResult(link.Id);
        });
        var events = await server.WithDbAsync(db => db.Outbox.CountAsync(Ct));

        var fits = await CheckAsync(server.Client, new { size = 900, fileName = "a", contentType = "text/plain" });
        Assert.Equal(
            """{"allowed":true,"code":null,"message":null,"bytesLeft":{"user":900,"workspace":null,"link":null}}""", fits.GetRawText());
        var full = await CheckAsync(server.Client, new { size = 901 });
        Assert.Equal((false, "quota_exceeded", "user"), (full.GetProperty("allowed").GetBoolean(), full.Text("code"), full.Text("level")));
        Assert.Equal(
            (1000, 0, 100), (full.GetProperty("limit").GetInt64(), full.GetProperty("used").GetInt64(), full.GetProperty("reserved").GetInt64()));
        var through = await CheckAsync(server.Client, new { size = 51, linkId = link });
        Assert.Equal(("link", 50), (through.Text("level"), through.GetProperty("bytesLeft").GetProperty("link").GetInt64()));
        Assert.Equal("upload_too_large", (await CheckAsync(server.Client, new { size = 5001 })).Text("code"));
        var nowhere = await CheckAsync(server.ClientOf("check-other"), new { size = 1, workspaceId = workspace });
        Assert.Equal(("workspace_not_found", JsonValueKind.Null), (nowhere.Text("code"), nowhere.GetProperty("bytesLeft").ValueKind));
        Assert.Equal("link_not_found", (await CheckAsync(server.Client, new { size = 1, linkId = Guid.CreateVersion7() })).Text("code"));
        await (await server.Client.PostJsonAsync("/api/v1/usage/check", new { size = -1 })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_size");
        await (await server.Client.PostJsonAsync("/api/v1/usage/check", new { })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_size");

        Assert.Equal((0, 100), await server.Client.UsageAsync());
        Assert.Equal(events, await server.WithDbAsync(db => db.Outbox.CountAsync(Ct)));
        Assert.Equal(1, await server.WithDbAsync(db => db.Sessions.CountAsync(Ct)));
    }

    [Fact]
    public async Task What_was_checked_to_fit_while_others_upload_is_no_promise_but_the_upload_says_so()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings => settings["Admission:UserStorageLimit"] = "100");

        Assert.True((await CheckAsync(server.Client, new { size = 100 })).GetProperty("allowed").GetBoolean());
        await server.CreateUploadAsync(1);

        using var refused = await server.Client.PostAsync(100);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "quota_exceeded"), (refused.StatusCode, await refused.CodeAsync()));
        Assert.False((await CheckAsync(server.Client, new { size = 100 })).GetProperty("allowed").GetBoolean());
    }

    [Fact]
    public async Task A_copy_without_room_names_the_level_and_its_numbers()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings => settings["Admission:UserStorageLimit"] = "150");
        var file = await server.UploadAsync(new byte[100]);
        await server.Client.WaitForFileAsync(file);

        using var answer = await server.Client.PostJsonAsync($"/api/v1/files/{file}/copy", new { });

        Assert.EndsWith(
            """
            "code":"quota_exceeded","level":"user","limit":150,"used":100,"reserved":0,"bytesLeft":50,"asked":100}
            """,
            (await answer.JsonAsync(HttpStatusCode.RequestEntityTooLarge)).GetRawText(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_length_that_is_told_later_names_the_level_too()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings => settings["Admission:UserStorageLimit"] = "150");
        var upload = await server.Client.CreateAsync(null);
        using var request = new HttpRequestMessage(HttpMethod.Patch, upload)
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Offset", "0" }, { "Upload-Length", "151" } },
            Content = new ByteArrayContent([]) { Headers = { ContentType = new("application/offset+octet-stream") } },
        };

        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.EndsWith(
            """
            "level":"user","limit":150,"used":0,"reserved":0,"bytesLeft":150,"asked":151}
            """,
            (await answer.JsonAsync(HttpStatusCode.RequestEntityTooLarge)).GetRawText(),
            StringComparison.Ordinal);
    }

    private static async Task<JsonElement> CheckAsync(HttpClient client, object body) =>
        await (await client.PostJsonAsync("/api/v1/usage/check", body)).JsonAsync(HttpStatusCode.OK);
}
