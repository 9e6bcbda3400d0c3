using System.Net;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Workspaces;
using TusUpload.IntegrationTests.Api.Places;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Api;

/// <summary>Batches that are more than a number: manifests, all or nothing, late files, their time, cancelling.</summary>
public sealed class BatchManifestTests(BatchManifestTests.Server server) : IClassFixture<BatchManifestTests.Server>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => server.Client;

    [Fact]
    public async Task A_manifest_takes_what_it_names_and_shows_how_far_it_is()
    {
        var batch = await CreateAsync(new { manifest = new object[] { new { name = "docs/a.txt", size = 3 }, new { name = "b.txt", size = 10 }, new { name = "b.txt", size = 10 } } });
        Assert.Equal((3, 23, 0), (batch.GetProperty("totalFiles").GetInt32(), batch.GetProperty("expectedBytes").GetInt64(), batch.GetProperty("uploadedBytes").GetInt64()));
        var id = batch.GetProperty("id").GetGuid();

        var a = await server.UploadAsync(new byte[3], "a.txt", null, ("batchId", $"{id}"), ("relativePath", "docs/a.txt"));
        var running = await server.CreateUploadAsync(10, "b.txt", null, ("batchId", $"{id}"));
        using (var refused = await Client.PostAsync(10, null, Metadata("c.txt", id)))
        {
            Assert.Equal(("not_in_manifest", HttpStatusCode.UnprocessableEntity), (await refused.CodeAsync(), refused.StatusCode));
        }

        using (var patched = await Client.PatchAsync(Address(running), 0, new byte[4]))
        {
            Assert.Equal(HttpStatusCode.NoContent, patched.StatusCode);
        }

        await Client.WaitForFileAsync(a);
        Assert.Equal(
            $$"""[{"name":"docs/a.txt","size":3,"state":"ready","uploadId":"{{a}}"},{"name":"b.txt","size":10,"state":"receiving","uploadId":"{{running}}"},{"name":"b.txt","size":10,"state":"expected","uploadId":null}]""",
            JsonSerializer.Serialize(await FilesAsync(id, 2)));
        var shown = await Client.GetJsonAsync($"/api/v1/batches/{id}");
        Assert.Equal((1, 1, 7), (shown.GetProperty("receivedFiles").GetInt32(), shown.GetProperty("processedFiles").GetInt32(), shown.GetProperty("uploadedBytes").GetInt64()));

        using (var cancelled = await Client.TerminateAsync(Address(running)))
        {
            Assert.Equal(HttpStatusCode.NoContent, cancelled.StatusCode);
        }

        Assert.Equal(["ready", "expected", "expected"], (await FilesAsync(id, 200)).Select(file => file.Text("state")));
        await server.UploadAsync(new byte[10], "b.txt", null, ("batchId", $"{id}"));
        await server.UploadAsync(new byte[10], "b.txt", null, ("batchId", $"{id}"));
        await WaitAsync(id, "completed");
        await (await server.ClientOf("manifest-other").GetAsync($"/api/v1/batches/{id}/files", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "batch_not_found");
    }

    [Fact]
    public async Task A_manifest_calls_its_files_as_their_uploads_will_be_called()
    {
        var longest = new string('n', 300) + ".txt";
        string[] names = [@"photos\1.jpg", "/x/y", "./a", "nul.txt", "space ", longest];
        var id = (await CreateAsync(new { manifest = names.Select(name => new { name }), allOrNothing = true })).GetProperty("id").GetGuid();

        Assert.Equal(
            ["photos/1.jpg", "x/y", "a", "_nul.txt", "space", new string('n', 251) + ".txt"], (await FilesAsync(id, 10)).Select(file => file.Text("name")!));
        foreach (var name in names)
        {
            (string, string)[] path = name.AsSpan().ContainsAny('/', '\\') ? [("relativePath", name)] : [];
            await server.UploadAsync([1], name, null, [("batchId", $"{id}"), .. path]);
        }

        await WaitAsync(id, "completed");
    }

    [Fact]
    public async Task A_manifest_of_ten_thousand_lines_is_made_and_listed()
    {
        var batch = await CreateAsync(new { manifest = Enumerable.Range(0, 10_000).Select(i => new { name = $"folder/{i}", size = i }) });
        var id = batch.GetProperty("id").GetGuid();

        Assert.Equal(10_000, batch.GetProperty("totalFiles").GetInt32());
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"folder/{i}"), (await FilesAsync(id, 200)).Select(file => file.Text("name")!));
        var last = await server.CreateUploadAsync(9_999, "9999", null, ("batchId", $"{id}"), ("relativePath", "folder/9999"));
        Assert.Equal(last, (await FilesAsync(id, 200))[^1].GetProperty("uploadId").GetGuid());
    }

    [Fact]
    public async Task Files_of_an_all_or_nothing_batch_are_seen_together_when_it_is_complete()
    {
        var id = (await CreateAsync(new { allOrNothing = true, expectedFiles = 2, lateFiles = "accept" })).GetProperty("id").GetGuid();
        var first = await server.UploadAsync([1], "a", null, ("batchId", $"{id}"));
        var file = await Client.WaitForFileAsync(first);
        Assert.Equal("ready", file.Text("processingStatus"));

        Assert.DoesNotContain(first, (await Client.GetJsonAsync("/api/v1/files?limit=200")).Ids());
        Assert.Empty((await Client.GetJsonAsync($"/api/v1/files?batchId={id}")).Ids());
        Assert.Equal([first], (await FilesAsync(id, 10)).Select(one => one.GetProperty("uploadId").GetGuid()));
        await (await Client.GetAsync($"/api/v1/files/{first}/content", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_not_published");
        await (await Client.PostJsonAsync($"/api/v1/files/{first}/signed-url", new { })).IsProblemAsync(HttpStatusCode.Conflict, "file_not_published");
        await (await Client.PostJsonAsync($"/api/v1/files/{first}/copy", new { })).IsProblemAsync(HttpStatusCode.Conflict, "file_not_published");
        await (await Client.GetAsync($"/api/v1/batches/{id}/content", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_not_published");
        var member = await MemberAsync("viewer", WorkspaceRole.Viewer);
        foreach (var client in new[] { Client, member })
        {
            Assert.DoesNotContain(first, (await client.GetJsonAsync($"/api/v1/files?limit=200&workspaceId={await WorkspaceAsync()}")).Ids());
        }

        await (await member.GetAsync($"/api/v1/files/{first}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");

        var second = await server.UploadAsync([2], "b", null, ("batchId", $"{id}"));
        await WaitAsync(id, "completed");
        var late = await server.UploadAsync([3], "c", null, ("batchId", $"{id}"));
        await Client.WaitForFileAsync(late);

        Assert.Equal([late, second, first], (await Client.GetJsonAsync($"/api/v1/files?batchId={id}")).Ids());
        using var content = await Client.GetAsync($"/api/v1/files/{first}/content", Ct);
        Assert.Equal(HttpStatusCode.OK, content.StatusCode);
        using var zip = await Client.GetAsync($"/api/v1/batches/{id}/content", Ct);
        Assert.Equal(HttpStatusCode.OK, zip.StatusCode);
        Assert.Equal("ready", (await member.GetJsonAsync($"/api/v1/files/{first}")).Text("processingStatus"));
        var ended = await Client.GetJsonAsync($"/api/v1/batches/{id}");
        Assert.Equal((2, 2, 1), (ended.GetProperty("totalFiles").GetInt32(), ended.GetProperty("processedFiles").GetInt32(), ended.GetProperty("lateJoined").GetInt32()));
    }

    [Fact]
    public async Task Files_of_an_all_or_nothing_batch_count_in_no_folder_and_take_nobodys_place_before()
    {
        var workspace = await Client.MakeWorkspaceAsync(namePolicy: "replace");
        var folder = await Client.MakeFolderAsync(workspace, "a folder");
        (string, string)[] place = [("workspaceId", $"{workspace}"), ("folderId", $"{folder}")];
        var old = await server.UploadAsync([1], "a", null, place);
        await Client.WaitForFileAsync(old);
        var id = (await CreateAsync(new { allOrNothing = true, expectedFiles = 2, workspaceId = workspace })).GetProperty("id").GetGuid();

        var first = await server.UploadAsync(new byte[10], "a", null, [.. place, ("batchId", $"{id}")]);
        await Client.WaitForFileAsync(first);

        Assert.Equal([old], (await Client.GetJsonAsync($"/api/v1/files?workspaceId={workspace}")).Ids());
        Assert.Equal([old], (await Client.GetJsonAsync($"/api/v1/files?folderId={folder}")).Ids());
        var before = await Client.GetJsonAsync($"/api/v1/folders/{folder}");
        Assert.Equal((1, 1), (before.GetProperty("files").GetInt32(), before.GetProperty("bytes").GetInt64()));

        var second = await server.UploadAsync(new byte[20], "b", null, [.. place, ("batchId", $"{id}")]);
        await WaitAsync(id, "completed");
        Assert.Equal([second, first], (await Client.GetJsonAsync($"/api/v1/files?folderId={folder}")).Ids());
        var after = await Client.GetJsonAsync($"/api/v1/folders/{folder}");
        Assert.Equal((2, 30), (after.GetProperty("files").GetInt32(), after.GetProperty("bytes").GetInt64()));
    }

    [Theory]
    [InlineData(1, (50L << 30) + 1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(2, long.MaxValue)]
    public async Task A_manifest_of_more_bytes_than_there_can_be_is_refused_and_leaves_nothing(int lines, long size)
    {
        using var client = server.ClientOf($"large-{lines}-{size}");

        using var refused = await client.PostJsonAsync("/api/v1/batches", new { manifest = Enumerable.Range(0, lines).Select(i => new { name = $"{i}", size }) });

        await refused.IsProblemAsync(HttpStatusCode.BadRequest, "invalid_manifest");
        Assert.Empty((await client.GetJsonAsync("/api/v1/batches")).Ids());
    }

    [Fact]
    public async Task Without_a_largest_file_their_sum_is_bounded_all_the_same_and_a_batch_of_before_is_shown()
    {
        await using var free = await RunningServer.StartAsync(server.Postgres, settings => settings["Tus:MaxSize"] = "");
        var lines = new[] { new { name = "a", size = long.MaxValue }, new { name = "b", size = 1L } };
        await (await free.Client.PostJsonAsync("/api/v1/batches", new { manifest = lines })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_manifest");
        var made = await (await free.Client.PostJsonAsync("/api/v1/batches", new { manifest = lines.Take(1) })).JsonAsync(HttpStatusCode.Created);
        Assert.Equal(long.MaxValue, made.GetProperty("expectedBytes").GetInt64());
        var id = made.GetProperty("id").GetGuid();
        await free.WithDbAsync(db => db.Database.ExecuteSqlAsync(
            $"INSERT INTO tus_upload.batch_files (batch_id, ordinal, name, size) VALUES ({id}, 1, 'b', 1)", Ct));

        Assert.Equal(long.MaxValue, (await free.Client.GetJsonAsync($"/api/v1/batches/{id}")).GetProperty("expectedBytes").GetInt64());
        Assert.Equal("failed", (await (await free.Client.PostAsync($"/api/v1/batches/{id}/cancel", null, Ct)).JsonAsync(HttpStatusCode.OK)).Text("status"));
    }

    [Fact]
    public async Task An_all_or_nothing_batch_that_did_not_become_whole_is_never_seen_and_its_owner_may_delete_it()
    {
        var id = (await CreateAsync(new { allOrNothing = true })).GetProperty("id").GetGuid();
        var ready = await server.UploadAsync([1], "a", null, ("batchId", $"{id}"));
        await Client.WaitForFileAsync(ready);
        await server.CreateUploadAsync(10, "b", null, ("batchId", $"{id}"));

        var cancelled = await CancelAsync(id);

        Assert.Equal(("failed", 1), (cancelled.Text("status"), cancelled.GetProperty("processedFiles").GetInt32()));
        await (await Client.GetAsync($"/api/v1/files/{ready}/content", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_not_published");
        Assert.Equal([ready], (await FilesAsync(id, 10)).Select(one => one.GetProperty("uploadId").GetGuid()));
        using var deleted = await Client.DeleteAsync($"/api/v1/files/{ready}", Ct);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Cancelling_a_batch_ends_its_uploads_and_their_writers_and_is_no_error_twice()
    {
        var id = (await CreateAsync(new { lateFiles = "accept" })).GetProperty("id").GetGuid();
        var ready = await server.UploadAsync(new byte[5], "a", null, ("batchId", $"{id}"));
        await Client.WaitForFileAsync(ready);
        var idle = await server.CreateUploadAsync(10, "b", null, ("batchId", $"{id}"));
        var running = await server.CreateUploadAsync(100_000, "c", null, ("batchId", $"{id}"));
        using var writer = await Client.StartPatchAsync(Address(running), 0, 100_000, new byte[1_000]);

        var cancelled = await CancelAsync(id);

        Assert.Equal(("completed", 1, 1), (cancelled.Text("status"), cancelled.GetProperty("totalFiles").GetInt32(), cancelled.GetProperty("processedFiles").GetInt32()));
        Assert.InRange(await writer.StatusAsync(), 400, 499);
        foreach (var upload in new[] { idle, running })
        {
            using var head = await Client.HeadAsync(Address(upload));
            Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        }

        using (var late = await Client.PostAsync(1, null, Metadata("d", id)))
        {
            Assert.Equal("batch_closed", await late.CodeAsync());
        }

        Assert.Equal("completed", (await CancelAsync(id)).Text("status"));
        Assert.Equal(["batch.completed"], await server.WithDbAsync(db =>
            db.Outbox.Where(row => row.Subject == id).Select(row => row.Type).ToListAsync(Ct)));
    }

    [Fact]
    public async Task A_batch_whose_time_runs_out_expires()
    {
        var id = (await CreateAsync(new { expectedFiles = 2, expiresAt = TimeProvider.System.GetUtcNow().AddSeconds(2) })).GetProperty("id").GetGuid();
        await server.UploadAsync([1], "a", null, ("batchId", $"{id}"));

        var ended = await WaitAsync(id, "expired");

        Assert.NotEqual(JsonValueKind.Null, ended.GetProperty("endedAt").ValueKind);
        using var refused = await Client.PostAsync(1, null, Metadata("b", id));
        Assert.Equal("batch_closed", await refused.CodeAsync());
        Assert.Single(await server.WithDbAsync(db => db.Outbox.Where(row => row.Subject == id && row.Type == "batch.expired").ToListAsync(Ct)));
    }

    [Fact]
    public async Task A_member_who_may_upload_makes_batches_and_one_who_may_write_closes_those_of_others()
    {
        var workspace = await WorkspaceAsync();
        var contributor = await MemberAsync("batch-contributor", WorkspaceRole.Contributor);
        var editor = await MemberAsync("batch-editor", WorkspaceRole.Editor);
        var viewer = await MemberAsync("batch-viewer", WorkspaceRole.Viewer);
        var made = await (await contributor.PostJsonAsync("/api/v1/batches", new { workspaceId = workspace })).JsonAsync(HttpStatusCode.Created);
        var id = made.GetProperty("id").GetGuid();
        var own = (await CreateAsync(new { })).GetProperty("id").GetGuid();

        await (await viewer.PostJsonAsync("/api/v1/batches", new { workspaceId = workspace })).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await viewer.PostAsync($"/api/v1/batches/{id}/seal", null, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await (await contributor.PostAsync($"/api/v1/batches/{own}/cancel", null, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "forbidden");
        await server.UploadAsync([1], "a", contributor, ("batchId", $"{id}"), ("workspaceId", $"{workspace}"));
        await (await contributor.PostAsync($"/api/v1/batches/{id}/seal", null, Ct)).JsonAsync(HttpStatusCode.OK);
        await WaitAsync(id, "completed");
        Assert.Equal("completed", (await (await editor.PostAsync($"/api/v1/batches/{own}/cancel", null, Ct)).JsonAsync(HttpStatusCode.OK)).Text("status"));
    }

    private static Uri Address(Guid upload) => new($"/uploads/{upload}", UriKind.Relative);

    private static string Metadata(string name, Guid batch) => $"filename {Base64(name)},batchId {Base64($"{batch}")}";

    private static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));

    private async Task<Guid> WorkspaceAsync() => (await Client.GetJsonAsync("/api/v1/usage")).GetProperty("workspaces")[0].GetProperty("id").GetGuid();

    private async Task<HttpClient> MemberAsync(string name, string role)
    {
        var client = server.ClientOf(name);
        await client.GetJsonAsync("/api/v1/usage");
        var workspace = await WorkspaceAsync();
        await server.WithDbAsync(db =>
        {
            db.Members.Add(new() { WorkspaceId = workspace, UserId = name, Role = role, CreatedAt = TimeProvider.System.GetUtcNow() });
            return Task.FromResult(0);
        });
        return client;
    }

    private async Task<JsonElement> CreateAsync(object body) => await (await Client.PostJsonAsync("/api/v1/batches", body)).JsonAsync(HttpStatusCode.Created);

    private async Task<JsonElement> CancelAsync(Guid id) => await (await Client.PostAsync($"/api/v1/batches/{id}/cancel", null, Ct)).JsonAsync(HttpStatusCode.OK);

    private async Task<List<JsonElement>> FilesAsync(Guid id, int limit)
    {
        var files = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = await Client.GetJsonAsync($"/api/v1/batches/{id}/files?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            files.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.Text("nextCursor");
        }
        while (cursor is not null);

        return files;
    }

    private async Task<JsonElement> WaitAsync(Guid id, string status) => (JsonElement)await Eventually.FindAsync<object>(
        async () => await Client.GetJsonAsync($"/api/v1/batches/{id}") is var batch && batch.Text("status") == status ? batch : null,
        $"batch {id} to be {status}");

    /// <summary>Sweeps often.</summary>
    public sealed class Server(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Tus:SweepInterval", "00:00:00.200")];
    }
}
