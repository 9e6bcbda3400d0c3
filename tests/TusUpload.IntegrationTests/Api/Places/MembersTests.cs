using System.Net;

using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api.Places;

public sealed class MembersTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Members_are_set_shown_and_removed_and_the_owner_has_the_last_word()
    {
        var id = await server.Client.MakeWorkspaceAsync();
        var manager = await server.MemberAsync(id, "m-manager", "manager");
        var path = $"/api/v1/workspaces/{id}/members";

        await (await manager.SetMemberAsync(id, "m-nobody", "viewer")).IsProblemAsync(HttpStatusCode.NotFound, "user_not_found");
        await (await manager.SetMemberAsync(id, "local", "viewer")).IsProblemAsync(HttpStatusCode.Conflict, "owner_stays");
        await (await manager.DeleteAsync($"{path}/local", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "owner_stays");
        await (await manager.SetMemberAsync(id, "m-viewer", "boss")).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_role");
        var viewer = await server.MemberAsync(id, "m-viewer", "viewer", manager);
        Assert.Equal(["m-manager", "m-viewer"], (await manager.GetJsonAsync(path)).Texts("userId"));
        var first = await manager.GetJsonAsync($"{path}?limit=1");
        Assert.Equal(["m-viewer"], (await manager.GetJsonAsync($"{path}?limit=1&cursor={first.Text("nextCursor")}")).Texts("userId"));
        Assert.Equal("viewer", (await viewer.GetJsonAsync($"{path}/m-viewer")).Text("role"));
        await (await viewer.GetAsync($"{path}/m-manager", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await viewer.SetMemberAsync(id, "m-viewer", "manager")).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await viewer.GetAsync(path, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal("viewer", (await viewer.GetJsonAsync($"/api/v1/workspaces/{id}")).Text("role"));
        Assert.Contains(id, (await viewer.GetJsonAsync("/api/v1/workspaces")).Ids());

        await viewer.DeleteAsync($"{path}/m-viewer", Ct).NoContentAsync();

        await (await viewer.GetAsync($"{path}/m-viewer", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await manager.DeleteAsync($"{path}/m-viewer", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "member_not_found");
    }

    [Fact]
    public async Task Each_role_may_do_what_the_one_before_it_may_and_its_own()
    {
        var id = await server.Client.MakeWorkspaceAsync();
        var viewer = await server.MemberAsync(id, "r-viewer", "viewer");
        var contributor = await server.MemberAsync(id, "r-contributor", "contributor");
        var editor = await server.MemberAsync(id, "r-editor", "editor");
        var place = ("workspaceId", id.ToString());

        await (await viewer.PostFileAsync("a", place)).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await viewer.PostJsonAsync("/api/v1/batches", new { workspaceId = id })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await viewer.PostJsonAsync("/api/v1/folders", new { workspaceId = id, name = "a" })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        var file = await server.UploadAsync([1, 2], "by contributor", contributor, place);
        await contributor.WaitForFileAsync(file);
        Assert.Equal([1, 2], await viewer.GetByteArrayAsync($"/api/v1/files/{file}/content", Ct));
        Assert.Equal([file], (await viewer.GetJsonAsync($"/api/v1/files?workspaceId={id}&folderId=root")).Ids());
        Assert.Equal([file], (await viewer.GetJsonAsync($"/api/v1/uploads?workspaceId={id}")).Ids());
        Assert.Empty((await viewer.GetJsonAsync("/api/v1/files")).Ids());

        foreach (var client in new[] { viewer, contributor })
        {
            await (await client.PatchAsync($"/api/v1/files/{file}", new { fileName = "no" })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
            await (await client.DeleteAsync($"/api/v1/files/{file}", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
            await (await client.PostJsonAsync($"/api/v1/files/{file}/copy", new { })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        }

        var copy = await (await viewer.PostJsonAsync($"/api/v1/files/{file}/copy", new { workspaceId = await viewer.MakeWorkspaceAsync() }))
            .JsonAsync(HttpStatusCode.Created);
        Assert.Equal("by contributor", copy.Text("fileName"));
        Assert.Equal((2, 0), await server.Client.UsageAsync("r-viewer"));
        Assert.Equal("renamed", (await (await editor.PatchAsync($"/api/v1/files/{file}", new { fileName = "renamed" })).JsonAsync(HttpStatusCode.OK)).Text("fileName"));
        await editor.DeleteAsync($"/api/v1/files/{file}", Ct).NoContentAsync();
        await (await editor.PatchAsync($"/api/v1/workspaces/{id}", new { name = "no" })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        Assert.Equal((0, 0), await server.Client.UsageAsync("r-contributor"));
    }

    [Fact]
    public async Task Who_was_removed_sees_what_it_uploaded_and_changes_nothing()
    {
        var id = await server.Client.MakeWorkspaceAsync();
        var member = await server.MemberAsync(id, "gone-editor", "editor");
        var (own, others) = (await server.UploadAsync([1], client: member, metadata: ("workspaceId", id.ToString())),
            await server.UploadAsync([2], metadata: ("workspaceId", id.ToString())));
        await member.WaitForFileAsync(own);
        await member.WaitForFileAsync(others);

        await server.Client.DeleteAsync($"/api/v1/workspaces/{id}/members/gone-editor", Ct).NoContentAsync();

        Assert.Equal([1], await member.GetByteArrayAsync($"/api/v1/files/{own}/content", Ct));
        await (await member.GetAsync($"/api/v1/files/{others}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await member.DeleteAsync($"/api/v1/files/{own}", Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await member.DeleteAsync($"/api/v1/files/{others}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await member.PostFileAsync("a", ("workspaceId", id.ToString()))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
    }

    [Fact]
    public async Task A_member_goes_on_with_a_batch_of_the_workspace_as_its_role_says()
    {
        var id = await server.Client.MakeWorkspaceAsync();
        var contributor = await server.MemberAsync(id, "b-contributor", "contributor");
        var viewer = await server.MemberAsync(id, "b-viewer", "viewer");
        var editor = await server.MemberAsync(id, "b-editor", "editor");
        var batch = (await (await contributor.PostJsonAsync("/api/v1/batches", new { workspaceId = id })).JsonAsync(HttpStatusCode.Created))
            .GetProperty("id").GetGuid();
        var file = await server.UploadAsync([1], client: contributor, metadata: [("workspaceId", id.ToString()), ("batchId", batch.ToString())]);
        await contributor.WaitForFileAsync(file);

        await (await viewer.PostAsync($"/api/v1/batches/{batch}/seal", null, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        var ended = await (await editor.PostAsync($"/api/v1/batches/{batch}/seal", null, Ct)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("completed", ended.Text("status"));
        using var zip = await viewer.GetAsync($"/api/v1/batches/{batch}/content", Ct);
        Assert.Equal(HttpStatusCode.OK, zip.StatusCode);
    }

    [Fact]
    public async Task Nobody_uploads_into_a_workspace_that_is_not_open_to_it_whatever_the_way()
    {
        var id = await server.Client.MakeWorkspaceAsync();
        var stranger = server.ClientOf("stranger");
        var place = ("workspaceId", id.ToString());

        await (await stranger.PostFileAsync("plain", place)).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await stranger.PostFileAsync("keyed", place, ("resumeKey", "k"))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await stranger.PostFileAsync("x", place, ("relativePath", "made/by/stranger/x"))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await stranger.PostJsonAsync("/api/v1/batches", new { workspaceId = id })).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        var part = await stranger.UploadPartAsync([1, 2, 3]);
        await (await stranger.ConcatenateAsync([part], PlaceCalls.Metadata(place, ("filename", "joined"), ("relativePath", "d/joined"))))
            .IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        using var ietf = new HttpRequestMessage(HttpMethod.Post, "/uploads") { Content = new ByteArrayContent([1, 2, 3]) };
        ietf.Headers.Add("Upload-Draft-Interop-Version", "6");
        ietf.Headers.Add("Upload-Complete", "?1");
        ietf.Headers.Add("Upload-Metadata", PlaceCalls.Metadata(place));
        await (await stranger.SendAsync(ietf, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");

        Assert.Empty((await server.Client.GetJsonAsync($"/api/v1/uploads?workspaceId={id}")).Ids());
        Assert.Empty((await server.Client.GetJsonAsync($"/api/v1/folders?workspaceId={id}")).Ids());
        Assert.Equal((0, 3), await server.Client.UsageAsync("stranger"));
    }
}
