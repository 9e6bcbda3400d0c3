using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class FilesTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_is_there_from_its_last_byte_on_and_becomes_ready()
    {
        var content = RandomNumberGenerator.GetBytes(10_000);
        var unfinished = await server.CreateUploadAsync(10);
        await (await server.Client.GetAsync($"/api/v1/files/{unfinished}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");

        var id = await server.UploadAsync(content, "a.bin", metadata: ("filetype", "application/x-test"));
        var file = await server.Client.WaitForFileAsync(id);

        Assert.Equal(
            ["id", "fileName", "fileSize", "contentType", "processingStatus", "sha256", "storagePath", "workspaceId", "folderId", "linkId",
             "batchId", "createdAt", "readyAt", "rejection"],
            file.Members());
        Assert.Equal(id, file.GetProperty("id").GetGuid());
        Assert.Equal("application/x-test", file.Text("contentType"));
        Assert.Equal(content.Length, file.GetProperty("fileSize").GetInt64());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(content)), file.Text("sha256"));
    }

    [Fact]
    public async Task Files_are_listed_newest_first_and_narrowed_by_every_filter()
    {
        var client = server.ClientOf("files-lister");
        var batch = (await (await client.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var first = await server.UploadAsync([1], "Report_1.pdf", client);
        var second = await server.UploadAsync([2], "photo 100%.jpg", client, ("batchId", batch.ToString()));
        await client.WaitForFileAsync(first);
        var ready = await client.WaitForFileAsync(second);
        var between = Uri.EscapeDataString(ready.GetProperty("createdAt").GetDateTimeOffset().AddMilliseconds(-0.001).ToString("O"));

        Assert.Equal([second, first], await IdsAsync(""));
        Assert.Equal([second, first], await IdsAsync("?status=ready"));
        Assert.Empty(await IdsAsync("?status=failed"));
        Assert.Equal([second], await IdsAsync($"?batchId={batch}"));
        Assert.Equal([second, first], await IdsAsync($"?workspaceId={ready.GetProperty("workspaceId").GetGuid()}"));
        Assert.Empty(await IdsAsync($"?folderId={Guid.CreateVersion7()}"));
        Assert.Empty(await IdsAsync($"?linkId={Guid.CreateVersion7()}"));
        Assert.Equal([first], await IdsAsync("?name=report"));
        Assert.Equal([first], await IdsAsync("?name=t_1"));
        Assert.Equal([second], await IdsAsync("?name=100%25"));
        await (await server.Client.GetAsync("/api/v1/files?name=%00", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal([second], await IdsAsync($"?createdAfter={between}"));
        Assert.Equal([first], await IdsAsync($"?createdBefore={between}"));
        Assert.Equal([second], await IdsAsync("?limit=1"));
        await (await client.GetAsync("/api/v1/files?status=lost", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_status");
        await (await client.GetAsync("/api/v1/files?createdAfter=yesterday", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_request");

        async Task<IEnumerable<Guid>> IdsAsync(string query) => (await client.GetJsonAsync("/api/v1/files" + query)).Ids();
    }

    [Fact]
    public async Task A_new_name_is_composed_and_nothing_else_changes()
    {
        var id = await server.UploadAsync([1], "old");
        var before = await server.Client.WaitForFileAsync(id);

        using var response = await server.Client.PatchAsJsonAsync($"/api/v1/files/{id}", new { fileName = "Mu\u0308hle.txt" }, Ct);
        var renamed = await response.JsonAsync(HttpStatusCode.OK);

        Assert.Equal("M\u00fchle.txt", renamed.Text("fileName"));
        Assert.Equal(before.Text("storagePath"), renamed.Text("storagePath"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\u0000b")]
    [InlineData("..")]
    public async Task A_name_that_is_none_is_refused(string name)
    {
        var id = await server.UploadAsync([1], "old");

        using var response = await server.Client.PatchAsJsonAsync($"/api/v1/files/{id}", new { fileName = name }, Ct);

        await response.IsProblemAsync(HttpStatusCode.BadRequest, "invalid_file_name");
        Assert.Equal("old", (await server.Client.GetJsonAsync($"/api/v1/files/{id}")).Text("fileName"));
    }

    [Fact]
    public async Task A_deleted_file_is_gone_and_its_usage_is_returned()
    {
        var client = server.ClientOf("deleter");
        var id = await server.UploadAsync(new byte[500], client: client);
        await client.WaitForFileAsync(id);

        using var deleted = await client.DeleteAsync($"/api/v1/files/{id}", Ct);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await (await client.GetAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await client.GetAsync($"/api/v1/files/{id}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        Assert.Empty((await client.GetJsonAsync("/api/v1/files")).Ids());
        Assert.Equal(0, (await client.GetJsonAsync("/api/v1/usage")).GetProperty("user").GetProperty("used").GetInt64());
        await (await client.DeleteAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    [Fact]
    public async Task A_file_on_its_way_is_neither_deleted_nor_replayed_nor_read()
    {
        var id = await SeedAsync(FileStatus.Scanning);

        await (await server.Client.DeleteAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_in_processing");
        await (await server.Client.PostAsync($"/api/v1/files/{id}/replay", null, Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_not_failed");
        await (await server.Client.GetAsync($"/api/v1/files/{id}/content", Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_not_ready");
    }

    [Fact]
    public async Task A_refused_file_says_why_and_has_no_content()
    {
        var id = await SeedAsync(FileStatus.Rejected);

        var rejection = (await server.Client.GetJsonAsync($"/api/v1/files/{id}")).GetProperty("rejection");

        Assert.Equal(["code", "message"], rejection.Members());
        Assert.Equal("a_code", rejection.Text("code"));
        await (await server.Client.GetAsync($"/api/v1/files/{id}/content", Ct)).IsProblemAsync(HttpStatusCode.Gone, "file_rejected");
    }

    [Fact]
    public async Task A_failed_file_is_replayed_once()
    {
        var id = await SeedAsync(FileStatus.Failed);

        using var replayed = await server.Client.PostAsync($"/api/v1/files/{id}/replay", null, Ct);

        var file = await replayed.JsonAsync(HttpStatusCode.Accepted);
        Assert.NotEqual("failed", file.Text("processingStatus"));
        await (await server.Client.PostAsync($"/api/v1/files/{id}/replay", null, Ct)).IsProblemAsync(HttpStatusCode.Conflict, "file_not_failed");
    }

    [Fact]
    public async Task Somebody_elses_file_is_not_there()
    {
        var id = await server.UploadAsync([1]);
        var other = server.ClientOf("files-other");

        await (await other.GetAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await other.GetAsync($"/api/v1/files/{id}/content", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await other.DeleteAsync($"/api/v1/files/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await other.PostAsync($"/api/v1/files/{id}/replay", null, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await other.PatchAsJsonAsync($"/api/v1/files/{id}", new { fileName = "mine" }, Ct))
            .IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    /// <summary>A file in a state that the pipeline passes too fast to be met. Its job is another node's, so nobody here works on it.</summary>
    private async Task<Guid> SeedAsync(string status)
    {
        await server.Client.GetJsonAsync("/api/v1/usage");
        return await server.WithDbAsync(async db =>
        {
            var user = await db.Users.SingleAsync(user => user.Id == "local", Ct);
            var file = new StoredFile
            {
                Id = Guid.CreateVersion7(),
                UserId = user.Id,
                UploaderId = user.Id,
                WorkspaceId = user.DefaultWorkspaceId,
                FileName = "seeded",
                FileSize = 1,
                ProcessingStatus = status,
                RejectionCode = status is FileStatus.Rejected or FileStatus.Failed ? "a_code" : null,
                RejectionMessage = status is FileStatus.Rejected or FileStatus.Failed ? "A reason." : null,
                CreatedAt = TimeProvider.System.GetUtcNow().AddHours(1),
            };
            db.Files.Add(file);
            return file.Id;
        });
    }
}
