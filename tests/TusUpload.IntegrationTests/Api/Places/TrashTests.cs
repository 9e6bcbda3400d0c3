using System.Net;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Trash;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Pipeline.Janitors;
using TusUpload.Pipeline.Jobs;

namespace TusUpload.IntegrationTests.Api.Places;

public sealed class TrashTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => server.Client;

    [Fact]
    public async Task A_deleted_folder_is_out_of_sight_everywhere_and_comes_back_with_all_that_was_deleted_with_it()
    {
        var space = await Client.MakeWorkspaceAsync();
        var (top, file) = await FolderWithFileAsync(space, "top", "top/sub");
        var before = (await Client.GetJsonAsync($"/api/v1/files/{file}")).GetRawText();
        var own = (await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Ids().Except([top]).Single();
        var signed = (await (await Client.PostJsonAsync($"/api/v1/files/{file}/signed-url", new { })).JsonAsync(HttpStatusCode.OK)).Text("url");
        var running = await Client.CreateAsync(2, PlaceCalls.Metadata(("workspaceId", space.ToString()), ("folderId", own.ToString())));

        await Client.DeleteAsync($"/api/v1/folders/{top}", Ct).NoContentAsync();

        await (await Client.GetAsync($"/api/v1/files/{file}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await Client.GetAsync($"/api/v1/files/{file}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await Client.GetAsync(signed, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await Client.PostJsonAsync($"/api/v1/files/{file}/copy", new { })).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await Client.DeleteAsync($"/api/v1/files/{file}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await Client.GetAsync($"/api/v1/folders/{top}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        await (await Client.GetAsync($"/api/v1/folders/{own}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        Assert.Empty((await Client.GetJsonAsync($"/api/v1/files?workspaceId={space}")).Ids());
        Assert.Empty((await Client.GetJsonAsync($"/api/v1/workspaces/{space}/tree")).GetProperty("items").EnumerateArray());
        await (await Client.PostFileAsync("new", ("workspaceId", space.ToString()), ("folderId", own.ToString()))).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        using var last = await Client.PatchAsync(running, 0, [1, 2]);
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        await (await Client.GetAsync($"/api/v1/files/{running.Id()}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        var trash = (await Client.GetJsonAsync("/api/v1/trash")).GetProperty("items").EnumerateArray().Single(item => item.GetProperty("workspaceId").GetGuid() == space);
        Assert.Equal((top, "folder", "top"), (trash.GetProperty("id").GetGuid(), trash.Text("kind"), trash.Text("path")));
        Assert.Equal(TimeSpan.FromDays(30), trash.GetProperty("purgedAt").GetDateTimeOffset() - trash.GetProperty("deletedAt").GetDateTimeOffset());

        await (await Client.PostAsync($"/api/v1/folders/{top}/restore", null, Ct)).JsonAsync(HttpStatusCode.OK);
        await (await Client.PostAsync($"/api/v1/folders/{top}/restore", null, Ct)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(before, (await Client.GetJsonAsync($"/api/v1/files/{file}")).GetRawText());
        await Client.WaitForFileAsync(running.Id());
        using var download = await Client.GetAsync(signed, Ct);
        Assert.Equal(HttpStatusCode.OK, download.StatusCode);
        Assert.Equal(["top", "top/sub"], (await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Texts("path"));
    }

    [Fact]
    public async Task What_stands_in_the_way_of_a_restore_is_said_and_can_be_got_round()
    {
        var space = await Client.MakeWorkspaceAsync();
        var a = await Client.MakeFolderAsync(space, "a");
        var b = await Client.MakeFolderAsync(space, "b", a);
        var c = await Client.MakeFolderAsync(space, "c", b);
        await Client.DeleteAsync($"/api/v1/folders/{c}", Ct).NoContentAsync();
        await Client.DeleteAsync($"/api/v1/folders/{b}", Ct).NoContentAsync();
        await (await Client.PatchAsync($"/api/v1/folders/{a}", new { name = "A" })).JsonAsync(HttpStatusCode.OK);
        await Client.MakeFolderAsync(space, "b", a);

        await (await Client.PostAsync($"/api/v1/folders/{c}/restore", null, Ct)).IsProblemAsync(HttpStatusCode.Conflict, "folder_above_in_trash");
        await (await Client.PostAsync($"/api/v1/folders/{b}/restore", null, Ct)).IsProblemAsync(HttpStatusCode.Conflict, "folder_exists");
        var back = await (await Client.PostJsonAsync($"/api/v1/folders/{b}/restore", new { name = "b (restored)" })).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("A/b (restored)", back.Text("path"));
        await (await Client.GetAsync($"/api/v1/folders/{c}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        Assert.Equal("A/b (restored)/c", (await (await Client.PostAsync($"/api/v1/folders/{c}/restore", null, Ct)).JsonAsync(HttpStatusCode.OK)).Text("path"));
    }

    [Fact]
    public async Task What_is_purged_by_hand_is_gone_with_its_usage_and_its_bytes()
    {
        var client = server.ClientOf("purger");
        var space = await client.MakeWorkspaceAsync();
        var (top, file) = await FolderWithFileAsync(space, "top", "top/sub", client);
        var path = Path.Combine(server.DataPath, "objects", (await client.GetJsonAsync($"/api/v1/files/{file}")).Text("storagePath")!);
        await (await client.DeleteAsync($"/api/v1/trash/{top}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_in_trash");
        await client.DeleteAsync($"/api/v1/folders/{top}", Ct).NoContentAsync();
        Assert.Equal((3, 0), await Client.UsageAsync("purger"));

        await client.DeleteAsync($"/api/v1/trash/{top}", Ct).NoContentAsync();

        Assert.Equal((0, 0), await Client.UsageAsync("purger"));
        Assert.Empty((await client.GetJsonAsync("/api/v1/trash")).Ids());
        await (await client.PostAsync($"/api/v1/folders/{top}/restore", null, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_in_trash");
        await (await client.DeleteAsync($"/api/v1/trash/{top}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_in_trash");
        await server.Services.GetRequiredService<DeletionSweep>().RunOnceAsync(Ct);
        await JanitorAsync();
        Assert.False(File.Exists(path));
        Assert.False(await server.WithDbAsync(db => db.Folders.AnyAsync(folder => folder.WorkspaceId == space, Ct)));
    }

    [Fact]
    public async Task After_its_time_a_folder_goes_by_itself_and_whoever_dies_at_it_is_followed()
    {
        var client = server.ClientOf("aged");
        var space = await client.MakeWorkspaceAsync();
        var (top, _) = await FolderWithFileAsync(space, "top", "top/sub", client);
        var running = await client.CreateAsync(2, PlaceCalls.Metadata(("workspaceId", space.ToString()), ("folderId", top.ToString())));
        var (young, _) = await FolderWithFileAsync(space, "young", "young/sub", client);
        await client.DeleteAsync($"/api/v1/folders/{top}", Ct).NoContentAsync();
        await client.DeleteAsync($"/api/v1/folders/{young}", Ct).NoContentAsync();
        await server.WithDbAsync(db => db.Folders.Where(folder => folder.DeletedWith == top)
            .ExecuteUpdateAsync(set => set.SetProperty(folder => folder.DeletedAt, folder => folder.DeletedAt - TimeSpan.FromDays(31)), Ct));
        var purge = server.Services.GetRequiredService<TrashPurge>();

        // A process marks it and dies; another one deletes its files and dies; a third one forgets nothing while an upload runs.
        Assert.True(await purge.MarkAsync(null, TimeProvider.System.GetUtcNow().AddDays(-30), Ct));
        Assert.False(await purge.MarkAsync(null, TimeProvider.System.GetUtcNow().AddDays(-30), Ct));
        await (await client.PostAsync($"/api/v1/folders/{top}/restore", null, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_in_trash");
        await JanitorAsync();
        await server.Services.GetRequiredService<DeletionSweep>().RunOnceAsync(Ct);
        await JanitorAsync();
        Assert.True(await server.WithDbAsync(db => db.Folders.AnyAsync(folder => folder.Id == top, Ct)));
        using (var last = await client.PatchAsync(running, 0, [1, 2], user: "aged"))
        {
            Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        }

        await Eventually.FindAsync<object>(
            async () =>
            {
                await JanitorAsync();
                await server.Services.GetRequiredService<DeletionSweep>().RunOnceAsync(Ct);
                return await server.WithDbAsync(db => db.Folders.AnyAsync(folder => folder.DeletedWith == top, Ct)) ? null : new();
            },
            "the folder to go");

        Assert.Equal((3, 0), await Client.UsageAsync("aged"));
        Assert.Equal([young], (await client.GetJsonAsync("/api/v1/trash")).Ids());
    }

    [Fact]
    public async Task A_purged_workspace_leaves_nothing()
    {
        var client = server.ClientOf("space-purger");
        var space = await client.MakeWorkspaceAsync();
        await server.MemberAsync(space, "space-purger-member", "viewer", client);
        var (folder, _) = await FolderWithFileAsync(space, "top", "top/sub", client);
        await client.DeleteAsync($"/api/v1/folders/{folder}", Ct).NoContentAsync();
        await FolderWithFileAsync(space, "other", "other/sub", client);
        await (await client.PostJsonAsync("/api/v1/batches", new { workspaceId = space })).JsonAsync(HttpStatusCode.Created);
        var cancelled = await client.CreateAsync(2, PlaceCalls.Metadata(("workspaceId", space.ToString())));
        using (await client.TerminateAsync(cancelled))
        {
            await client.DeleteAsync($"/api/v1/workspaces/{space}", Ct).NoContentAsync();
        }

        await client.DeleteAsync($"/api/v1/trash/{space}", Ct).NoContentAsync();
        Assert.Equal((0, 0), await Client.UsageAsync("space-purger"));
        await server.Services.GetRequiredService<DeletionSweep>().RunOnceAsync(Ct);
        await JanitorAsync();

        Assert.Equal(
            (0, 0, 0, 0),
            await server.WithDbAsync(async db => (
                await db.Workspaces.CountAsync(known => known.Id == space, Ct),
                await db.Folders.CountAsync(known => known.WorkspaceId == space, Ct),
                await db.Sessions.CountAsync(known => known.WorkspaceId == space, Ct),
                await db.Members.CountAsync(known => known.WorkspaceId == space, Ct))));
        await (await client.PostFileAsync("late", ("workspaceId", space.ToString()))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
    }

    private Task<Dictionary<string, long>> JanitorAsync() => server.Services.GetServices<IJanitor>().OfType<TrashJanitor>().Single().RunOnceAsync(Ct);

    /// <summary>Two folders, one in the other, and a file of three bytes in the inner one.</summary>
    private async Task<(Guid Top, Guid File)> FolderWithFileAsync(Guid space, string top, string path, HttpClient? client = null)
    {
        var file = await server.UploadAsync([1, 2, 3], "f.txt", client ?? Client, [("workspaceId", space.ToString()), ("relativePath", path + "/f.txt")]);
        await (client ?? Client).WaitForFileAsync(file);
        return (await server.WithDbAsync(db => db.Folders.Where(folder => folder.WorkspaceId == space && folder.Path == top).Select(folder => folder.Id).SingleAsync(Ct)), file);
    }
}
