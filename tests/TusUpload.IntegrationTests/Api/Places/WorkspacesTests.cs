using System.Net;

using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api.Places;

public sealed class WorkspacesTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Types = ["image/*"];
    private static readonly string[] Origins = ["https://a.example"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_workspace_is_made_shown_and_listed()
    {
        var client = server.ClientOf("space-maker");

        using var answer = await client.PostJsonAsync("/api/v1/workspaces", new { name = "Project X" });

        var made = await answer.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(
            ["id", "name", "owner", "role", "namePolicy", "allowedTypes", "deniedTypes", "maxFileSize", "allowedOrigins", "storage", "createdAt", "deletedAt"],
            made.Members());
        Assert.Equal(("Project X", "space-maker", "owner", "keep_both"), (made.Text("name"), made.Text("owner"), made.Text("role"), made.Text("namePolicy")));
        Assert.Equal(["limit", "used", "reserved"], made.GetProperty("storage").Members());
        Assert.StartsWith("\"1-", answer.Headers.ETag?.Tag, StringComparison.Ordinal);
        var shown = await client.GetJsonAsync(answer.Headers.Location!.OriginalString);
        Assert.Equal(made.GetRawText(), shown.GetRawText());
        Assert.Equal(["Project X", "Default"], (await client.GetJsonAsync("/api/v1/workspaces")).Texts("name"));
        await (await client.PostJsonAsync("/api/v1/workspaces", new { name = " " })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_name");
        await (await server.Client.GetAsync($"/api/v1/workspaces/{made.GetProperty("id").GetGuid()}", Ct))
            .IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
    }

    [Fact]
    public async Task What_is_given_changes_and_the_rest_stays()
    {
        var id = await server.Client.MakeWorkspaceAsync("before");
        var path = $"/api/v1/workspaces/{id}";

        using var answer = await server.Client.PatchAsync(
            path, new { namePolicy = "replace", allowedTypes = Types, maxFileSize = 5, allowedOrigins = Origins }, "\"1\"");

        var changed = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.StartsWith("\"2-", answer.Headers.ETag?.Tag, StringComparison.Ordinal);
        Assert.Equal(("before", "replace", 5), (changed.Text("name"), changed.Text("namePolicy"), changed.GetProperty("maxFileSize").GetInt32()));
        await (await server.Client.PatchAsync(path, new { name = "late" }, "\"1\"")).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
        var cleared = await (await server.Client.PatchAsync(path, new { allowedTypes = (string[]?)null, name = "after" })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, cleared.GetProperty("allowedTypes").ValueKind);
        Assert.Equal(("after", 5), (cleared.Text("name"), cleared.GetProperty("maxFileSize").GetInt32()));
    }

    [Theory]
    [InlineData("""{"name":""}""", "invalid_name")]
    [InlineData("""{"name":null}""", "invalid_name")]
    [InlineData("""{"namePolicy":"maybe"}""", "invalid_name_policy")]
    [InlineData("""{"maxFileSize":-1}""", "invalid_size")]
    [InlineData("""{"allowedTypes":[""]}""", "invalid_types")]
    [InlineData("""{"deniedTypes":[null]}""", "invalid_types")]
    [InlineData("""{"allowedOrigins":["https://a.example/path"]}""", "invalid_origins")]
    [InlineData("""{"maxFileSize":"many"}""", "invalid_request")]
    public async Task What_cannot_be_meant_is_refused(string body, string code)
    {
        var id = await server.Client.MakeWorkspaceAsync();

        using var answer = await server.Client.PatchAsync($"/api/v1/workspaces/{id}", new StringContent(body, null, "application/json"), Ct);

        await answer.IsProblemAsync(HttpStatusCode.BadRequest, code);
    }

    [Fact]
    public async Task A_deleted_workspace_is_out_of_sight_and_comes_back_whole()
    {
        var client = server.ClientOf("space-deleter");
        var id = await client.MakeWorkspaceAsync();
        var member = await server.MemberAsync(id, "space-member", "manager", client);
        var file = await server.UploadAsync([1, 2, 3], client: client, metadata: ("workspaceId", id.ToString()));
        await client.WaitForFileAsync(file);
        await (await member.DeleteAsync($"/api/v1/workspaces/{id}", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");

        await client.DeleteAsync($"/api/v1/workspaces/{id}", Ct).NoContentAsync();

        await (await client.GetAsync($"/api/v1/workspaces/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await client.GetAsync($"/api/v1/files/{file}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await member.GetAsync($"/api/v1/files/{file}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        Assert.Empty((await client.GetJsonAsync("/api/v1/files")).Ids());
        await (await client.PostFileAsync("new", ("workspaceId", id.ToString()))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        Assert.Equal(3, (await client.GetJsonAsync("/api/v1/usage")).GetProperty("user").GetProperty("used").GetInt64());
        Assert.Equal(["workspace"], (await client.GetJsonAsync("/api/v1/trash")).Texts("kind"));
        Assert.Empty((await member.GetJsonAsync("/api/v1/trash")).Ids());

        var back = await (await client.PostAsync($"/api/v1/workspaces/{id}/restore", null, Ct)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(id, back.GetProperty("id").GetGuid());
        Assert.Equal([file], (await member.GetJsonAsync($"/api/v1/files?workspaceId={id}")).Ids());
    }

    [Fact]
    public async Task The_default_workspace_stays()
    {
        var id = (await server.Client.GetJsonAsync("/api/v1/workspaces")).GetProperty("items").EnumerateArray()
            .Single(space => space.Text("name") == "Default").GetProperty("id").GetGuid();

        await (await server.Client.DeleteAsync($"/api/v1/workspaces/{id}", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "default_workspace_stays");
    }

    [Fact]
    public async Task A_limit_that_an_administrator_sets_counts_from_then_on()
    {
        var client = server.ClientOf("limited");
        var id = await client.MakeWorkspaceAsync();

        var limited = await (await server.Client.PatchAsync($"/api/v1/workspaces/{id}", new { storageLimit = 2 })).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(2, limited.GetProperty("storage").GetProperty("limit").GetInt32());
        await (await server.Client.PatchAsync($"/api/v1/workspaces/{id}", new { storageLimit = 2, name = "theirs" }))
            .IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        using var refused = await client.PostAsync(3, null, PlaceCalls.Metadata(("workspaceId", id.ToString())));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }
}
