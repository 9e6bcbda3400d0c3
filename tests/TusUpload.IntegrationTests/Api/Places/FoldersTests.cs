using System.Net;

using Microsoft.EntityFrameworkCore;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api.Places;

public sealed class FoldersTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => server.Client;

    [Fact]
    public async Task Folders_are_made_shown_listed_and_seen_as_a_tree()
    {
        var space = await Client.MakeWorkspaceAsync();
        using var answer = await Client.PostJsonAsync("/api/v1/folders", new { workspaceId = space, name = "Mu\u0308hle" });
        var top = await answer.JsonAsync(HttpStatusCode.Created);
        Assert.Equal(["id", "workspaceId", "parentId", "linkId", "path", "createdAt", "name"], top.Members());
        Assert.Equal(("M\u00fchle", "M\u00fchle"), (top.Text("name"), top.Text("path")));
        var id = top.GetProperty("id").GetGuid();
        var below = await Client.MakeFolderAsync(null, "below", id);
        await Client.MakeFolderAsync(space, "M\u00fchle 2");
        var file = await server.UploadAsync(new byte[7], metadata: [("workspaceId", space.ToString()), ("folderId", id.ToString())]);

        var shown = await Client.GetJsonAsync(answer.Headers.Location!.OriginalString);

        Assert.Equal((1, 7), (shown.GetProperty("files").GetInt32(), shown.GetProperty("bytes").GetInt32()));
        var first = await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}&limit=2");
        var rest = await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}&limit=2&cursor={first.Text("nextCursor")}");
        Assert.Equal(3, first.Texts("path").Concat(rest.Texts("path")).Distinct().Count());
        Assert.Equal([below], (await Client.GetJsonAsync($"/api/v1/folders?parentId={id}")).Ids());
        var tree = (await Client.GetJsonAsync($"/api/v1/workspaces/{space}/tree")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["M\u00fchle", "below", "M\u00fchle 2"], tree.Select(node => node.Text("name")));
        Assert.Equal([0, 1, 0], tree.Select(node => node.GetProperty("depth").GetInt32()));
        Assert.Equal([file], (await Client.GetJsonAsync($"/api/v1/files?folderId={id}")).Ids());
        await (await Client.PostJsonAsync("/api/v1/folders", new { workspaceId = space, name = "M\u00fchle" })).IsProblemAsync(HttpStatusCode.Conflict, "folder_exists");
        await (await Client.PostJsonAsync("/api/v1/folders", new { name = "a/b" })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_folder_name");
        await (await Client.PostJsonAsync("/api/v1/folders", new { parentId = Guid.CreateVersion7(), name = "a" })).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
    }

    [Fact]
    public async Task Renames_and_moves_change_paths_and_touch_no_file()
    {
        var space = await Client.MakeWorkspaceAsync();
        var (a, b) = (await Client.MakeFolderAsync(space, "a"), await Client.MakeFolderAsync(space, "b"));
        var c = await Client.MakeFolderAsync(space, "c", a);
        var file = await server.UploadAsync([1], metadata: [("workspaceId", space.ToString()), ("folderId", c.ToString())]);
        var before = await Client.WaitForFileAsync(file);

        var moved = await (await Client.PostJsonAsync($"/api/v1/folders/{a}/move", new { parentId = b })).JsonAsync(HttpStatusCode.OK);
        var renamed = await (await Client.PatchAsync($"/api/v1/folders/{a}", new { name = "A_%" }, "\"2\"")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(("b/a", "b/A_%"), (moved.Text("path"), renamed.Text("path")));
        Assert.Equal("b/A_%/c", (await Client.GetJsonAsync($"/api/v1/folders/{c}")).Text("path"));
        Assert.Equal(before.GetRawText(), (await Client.GetJsonAsync($"/api/v1/files/{file}")).GetRawText());
        await (await Client.PatchAsync($"/api/v1/folders/{a}", new { name = "late" }, "\"2\"")).IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
        await (await Client.PatchAsync($"/api/v1/folders/{b}", new { parentId = c })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "folder_in_itself");
        await (await Client.PatchAsync($"/api/v1/folders/{b}", new { parentId = b })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "folder_in_itself");
        await Client.MakeFolderAsync(space, "c");
        await (await Client.PatchAsync($"/api/v1/folders/{c}", new { parentId = (Guid?)null })).IsProblemAsync(HttpStatusCode.Conflict, "folder_exists");
        var elsewhere = await Client.MakeFolderAsync(await Client.MakeWorkspaceAsync(), "x");
        await (await Client.PatchAsync($"/api/v1/folders/{c}", new { parentId = elsewhere })).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        await (await Client.PatchAsync($"/api/v1/folders/{c}", new { })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_folder_name");
    }

    [Fact]
    public async Task Paths_end_where_an_index_ends()
    {
        var space = await Client.MakeWorkspaceAsync();
        var name = new string('\u6587', 85);
        Guid? last = null;
        for (var depth = 0; depth < 7; depth++)
        {
            last = await Client.MakeFolderAsync(space, name, last);
        }

        await (await Client.PostJsonAsync("/api/v1/folders", new { name, parentId = last })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "path_too_long");
        var other = await Client.MakeFolderAsync(space, "x");
        await Client.MakeFolderAsync(space, name, other);
        await (await Client.PatchAsync($"/api/v1/folders/{other}", new { parentId = last })).IsProblemAsync(HttpStatusCode.UnprocessableEntity, "path_too_long");
        await (await Client.PostFileAsync("f", ("workspaceId", space.ToString()), ("relativePath", $"{string.Join('/', Enumerable.Repeat(name, 8))}/f")))
            .IsProblemAsync(HttpStatusCode.UnprocessableEntity, "path_too_long");
    }

    [Fact]
    public async Task Files_move_between_folders_and_nothing_else_changes()
    {
        var space = await Client.MakeWorkspaceAsync();
        var folder = await Client.MakeFolderAsync(space, "a");
        var file = await server.UploadAsync([1], "f", metadata: ("workspaceId", space.ToString()));
        var before = await Client.WaitForFileAsync(file);

        using var answer = await Client.PatchAsync($"/api/v1/files/{file}", new { folderId = folder }, "\"1\"");

        var moved = await answer.JsonAsync(HttpStatusCode.OK);
        Assert.StartsWith("\"2-", answer.Headers.ETag?.Tag, StringComparison.Ordinal);
        Assert.Equal((folder, "f", before.Text("storagePath")), (moved.GetProperty("folderId").GetGuid(), moved.Text("fileName"), moved.Text("storagePath")));
        await (await Client.PatchAsync($"/api/v1/files/{file}", new { folderId = (Guid?)null }, "\"1\""))
            .IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
        await (await Client.PatchAsync($"/api/v1/files/{file}", new { folderId = Guid.CreateVersion7() })).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        var root = await (await Client.PatchAsync($"/api/v1/files/{file}", new { folderId = (Guid?)null, fileName = "g" })).JsonAsync(HttpStatusCode.OK);
        Assert.Equal(("g", System.Text.Json.JsonValueKind.Null), (root.Text("fileName"), root.GetProperty("folderId").ValueKind));
    }

    [Fact]
    public async Task Moves_that_race_never_make_a_circle_and_names_that_race_are_taken_once()
    {
        var space = await Client.MakeWorkspaceAsync();
        for (var round = 0; round < 10; round++)
        {
            var (a, b) = (await Client.MakeFolderAsync(space, $"a{round}"), await Client.MakeFolderAsync(space, $"b{round}"));

            var moves = await Task.WhenAll(
                Client.PostJsonAsync($"/api/v1/folders/{a}/move", new { parentId = b }), Client.PostJsonAsync($"/api/v1/folders/{b}/move", new { parentId = a }));
            var makes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Client.PostJsonAsync("/api/v1/folders", new { workspaceId = space, name = $"n{round}" })));

            Assert.Single(moves, move => move.StatusCode == HttpStatusCode.OK);
            Assert.Single(makes, make => make.StatusCode == HttpStatusCode.Created);
        }

        var paths = await server.WithDbAsync(db => db.Folders.Where(folder => folder.WorkspaceId == space).ToListAsync(Ct));
        Assert.All(paths.Where(folder => folder.ParentId is not null), folder =>
            Assert.StartsWith(paths.Single(above => above.Id == folder.ParentId).Path + "/", folder.Path, StringComparison.Ordinal));
    }
}
