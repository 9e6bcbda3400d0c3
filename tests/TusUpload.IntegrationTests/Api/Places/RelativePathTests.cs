using System.Collections.Concurrent;
using System.Net;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Folders;
using TusUpload.Data.Links;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api.Places;

public sealed class RelativePathTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => server.Client;

    [Fact]
    public async Task A_dropped_directory_becomes_folders_and_its_files_lie_in_them()
    {
        var space = await Client.MakeWorkspaceAsync();
        var target = await Client.MakeFolderAsync(space, "target");

        await UploadAsync(space, "a.txt", "trip/Mu\u0308hle/a.txt", target);
        await UploadAsync(space, "b.txt", "trip/M\u00fchle/b.txt", target);
        await UploadAsync(space, "c.txt", "trip/c.txt", null);
        foreach (var none in new[] { "null", "", "d.txt", "./d.txt", "../d.txt" })
        {
            await UploadAsync(space, "d.txt", none, target);
        }

        Assert.Equal(
            ["target", "target/trip", "target/trip/M\u00fchle", "trip"],
            (await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Texts("path").Order(StringComparer.Ordinal));
        Assert.Equal(["b.txt", "a.txt"], await FilesAsync(space, "target/trip/M\u00fchle"));
        Assert.Equal(["c.txt"], await FilesAsync(space, "trip"));
        Assert.Equal(5, (await FilesAsync(space, "target")).Count());
    }

    [Fact]
    public async Task A_thousand_files_of_one_tree_by_32_clients_make_each_folder_once_and_land_in_it()
    {
        var space = await Client.MakeWorkspaceAsync();
        var files = Enumerable.Range(0, 1000).Select(i => (Name: $"{i}.txt", Folder: $"tree/{i % 10}/{i / 10 % 10}")).OrderBy(file => file.Name, StringComparer.Ordinal).ToList();
        var waiting = new ConcurrentQueue<(string Name, string Folder)>(files);
        using var other = await SecondProcessAsync();

        await Task.WhenAll(Enumerable.Range(0, 32).Select(async worker =>
        {
            while (waiting.TryDequeue(out var file))
            {
                await UploadAsync(space, file.Name, $"{file.Folder}/{file.Name}", null, worker % 2 == 0 ? Client : other.Client);
            }
        }));

        var folders = await server.WithDbAsync(db => db.Folders.Where(folder => folder.WorkspaceId == space).ToListAsync(Ct));
        Assert.Equal(files.SelectMany(file => Above(file.Folder)).Distinct().Order(StringComparer.Ordinal), folders.Select(folder => folder.Path).Order(StringComparer.Ordinal));
        Assert.All(folders, folder => Assert.Equal(ParentOf(folder.Path), folders.Find(above => above.Id == folder.ParentId)?.Path));
        var byId = folders.ToDictionary(folder => folder.Id, folder => folder.Path);
        var placed = await server.WithDbAsync(db => db.Sessions.Where(upload => upload.WorkspaceId == space).Select(upload => new { upload.FileName, upload.FolderId }).ToListAsync(Ct));
        Assert.Equal(files, placed.Select(upload => (upload.FileName, byId[upload.FolderId!.Value])).OrderBy(file => file.FileName, StringComparer.Ordinal));

        static IEnumerable<string> Above(string path) => path.Split('/').Select((_, last) => string.Join('/', path.Split('/').Take(last + 1)));

        static string? ParentOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : null;
    }

    [Fact]
    public async Task A_folder_that_this_process_knows_and_that_is_not_there_any_more_is_asked_for_again()
    {
        var space = await Client.MakeWorkspaceAsync();
        var a = await FolderOfAsync(await UploadAsync(space, "1", "a/1", null));
        await (await Client.PatchAsync($"/api/v1/folders/{a}", new { name = "b" })).JsonAsync(HttpStatusCode.OK);
        var second = await FolderOfAsync(await UploadAsync(space, "2", "a/2", null));
        await Client.DeleteAsync($"/api/v1/folders/{second}", Ct).NoContentAsync();
        var third = await FolderOfAsync(await UploadAsync(space, "3", "a/3", null));
        var part = await Client.UploadPartAsync([1], PlaceCalls.Metadata(("workspaceId", space.ToString()), ("filename", "4"), ("relativePath", "p/4")));
        await Client.DeleteAsync($"/api/v1/folders/{third}", Ct).NoContentAsync();
        var final = await Client.JoinAsync([part], PlaceCalls.Metadata(("workspaceId", space.ToString()), ("filename", "4"), ("relativePath", "a/4")));
        var fourth = await FolderOfAsync(final.Id());

        Assert.Equal(4, new[] { a, second, third, fourth }.Distinct().Count());
        Assert.Equal(["a", "b"], (await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Texts("path"));
        Assert.Equal(fourth, await FolderOfAsync(await UploadAsync(space, "5", "a/5", null)));
    }

    [Fact]
    public async Task A_folder_renamed_while_files_come_in_swallows_none_that_comes_after()
    {
        var space = await Client.MakeWorkspaceAsync();
        var renamed = new ConcurrentDictionary<Guid, bool>();
        var stop = false;
        var renames = RenameAsync();

        var landed = (await Task.WhenAll(Enumerable.Range(0, 8).Select(UploadsAsync))).Sum();
        Volatile.Write(ref stop, true);
        await renames;

        Assert.True(landed > 0 && !renamed.IsEmpty);

        async Task RenameAsync()
        {
            while (!Volatile.Read(ref stop))
            {
                var hot = (await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).GetProperty("items").EnumerateArray().ToList();
                foreach (var folder in hot.Where(folder => folder.Text("path") == "hot").Select(folder => folder.GetProperty("id").GetGuid()))
                {
                    await (await Client.PatchAsync($"/api/v1/folders/{folder}", new { name = $"old {folder}" })).JsonAsync(HttpStatusCode.OK);
                    renamed[folder] = true;
                }
            }
        }

        async Task<int> UploadsAsync(int worker)
        {
            var made = 0;
            for (var i = 0; i < 15; i++)
            {
                var before = renamed.Keys.ToHashSet();
                using var answer = await Client.PostFileAsync($"{worker}-{i}", ("workspaceId", space.ToString()), ("relativePath", $"hot/{worker}-{i}"));

                // Refused only where the folder was renamed a second time between two looks at it.
                Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.NotFound, $"{answer.StatusCode}");
                if (answer.StatusCode == HttpStatusCode.Created)
                {
                    var id = answer.Headers.Location!.Id();
                    var folder = await server.WithDbAsync(db => db.Sessions.Where(upload => upload.Id == id).Select(upload => upload.FolderId).SingleAsync(Ct));
                    Assert.DoesNotContain(folder!.Value, before);
                    made++;
                }
            }

            return made;
        }
    }

    [Fact]
    public async Task Who_may_not_upload_makes_no_folder_and_parts_make_none()
    {
        var space = await Client.MakeWorkspaceAsync();
        var viewer = await server.MemberAsync(space, "rp-viewer", "viewer");
        var contributor = await server.MemberAsync(space, "rp-contributor", "contributor");

        await (await viewer.PostFileAsync("f", ("workspaceId", space.ToString()), ("relativePath", "no/f"))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await Client.UploadPartAsync([1], PlaceCalls.Metadata(("workspaceId", space.ToString()), ("filename", "f"), ("relativePath", "part/f")));
        Assert.Empty((await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Ids());

        using var made = await contributor.PostFileAsync("f", ("workspaceId", space.ToString()), ("relativePath", "yes/f"));

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        await (await viewer.PostFileAsync("f", ("workspaceId", space.ToString()), ("relativePath", "yes/f"))).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        Assert.Equal(["yes"], (await viewer.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Texts("path"));
    }

    [Fact]
    public async Task Through_a_link_folders_are_made_below_the_links_folder_and_only_while_it_is_open()
    {
        var space = await Client.MakeWorkspaceAsync();
        var inbox = await Client.MakeFolderAsync(space, "inbox");
        var link = await server.WithDbAsync(db =>
        {
            var made = new Link { Id = Guid.CreateVersion7(), WorkspaceId = space, FolderId = inbox, Slug = $"{space}", CreatedBy = "local", CreatedAt = TimeProvider.System.GetUtcNow() };
            db.Links.Add(made);
            return Task.FromResult(made.Id);
        });
        var folders = server.Services.GetRequiredService<FolderPaths>();
        var wanted = new WantedFolders(space, "local", $"link:{link:N}:{Guid.CreateVersion7():N}", false, link, null, ["x", "y"]);

        var ensured = await folders.EnsureAsync(wanted, TimeProvider.System.GetUtcNow(), Ct);
        await server.WithDbAsync(db => db.Links.Where(known => known.Id == link).ExecuteUpdateAsync(set => set.SetProperty(known => known.RevokedAt, TimeProvider.System.GetUtcNow()), Ct));
        var closed = await folders.EnsureAsync(wanted with { Directories = ["z"] }, TimeProvider.System.GetUtcNow(), Ct);

        Assert.Equal("inbox/x/y", ensured!.Path);
        Assert.Null(closed);
        Assert.Equal(["inbox", "inbox/x", "inbox/x/y"], (await Client.GetJsonAsync($"/api/v1/folders?workspaceId={space}")).Texts("path"));
    }

    private async Task<RunningServer> SecondProcessAsync() => await RunningServer.StartAsync(server.Postgres, before: _ => Task.FromResult(server.ConnectionString));

    private async Task<Guid> UploadAsync(Guid space, string name, string path, Guid? below, HttpClient? client = null)
    {
        (string, string)[] metadata = [("filename", name), ("workspaceId", space.ToString()), ("relativePath", path), .. below is null ? [] : new[] { ("folderId", below.ToString()!) }];
        using var answer = await (client ?? Client).PostFileAsync(name, metadata[1..]);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return answer.Headers.Location!.Id();
    }

    private async Task<Guid> FolderOfAsync(Guid upload) =>
        (await server.WithDbAsync(db => db.Sessions.Where(known => known.Id == upload).Select(known => known.FolderId).SingleAsync(Ct)))!.Value;

    private async Task<IEnumerable<string?>> FilesAsync(Guid space, string path)
    {
        var folder = await server.WithDbAsync(db => db.Folders.Where(known => known.WorkspaceId == space && known.Path == path).Select(known => known.Id).SingleAsync(Ct));
        return (await Client.GetJsonAsync($"/api/v1/files?folderId={folder}")).Texts("fileName");
    }
}
