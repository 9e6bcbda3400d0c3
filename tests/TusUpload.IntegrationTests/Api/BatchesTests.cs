using System.Net;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class BatchesTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_batch_of_an_announced_number_completes_with_its_last_file()
    {
        var batch = await CreateAsync(new { expectedFiles = 2 });
        Assert.Equal(
            [
                "id", "status", "totalFiles", "processedFiles", "failedFiles", "totalBytes", "receivedFiles", "uploadedBytes", "allOrNothing",
                "lateFiles", "lateJoined", "workspaceId", "createdAt", "expiresAt", "endedAt",
            ],
            batch.Members());
        Assert.Equal("open", batch.Text("status"));
        Assert.Equal(2, batch.GetProperty("totalFiles").GetInt32());
        var id = batch.GetProperty("id").GetGuid();

        await server.UploadAsync(new byte[10], metadata: ("batchId", id.ToString()));
        await server.UploadAsync(new byte[20], metadata: ("batchId", id.ToString()));

        var ended = await WaitAsync(id, "completed");
        Assert.Equal(2, ended.GetProperty("processedFiles").GetInt32());
        Assert.Equal(30, ended.GetProperty("totalBytes").GetInt64());
    }

    [Fact]
    public async Task An_open_batch_counts_who_joined_and_ends_when_it_is_sealed()
    {
        using var created = await server.Client.PostAsync("/api/v1/batches", null, Ct);
        var batch = await created.JsonAsync(HttpStatusCode.Created);
        var id = batch.GetProperty("id").GetGuid();
        Assert.Equal($"/api/v1/batches/{id}", created.Headers.Location?.ToString());
        await server.Client.WaitForFileAsync(await server.UploadAsync([1], metadata: ("batchId", id.ToString())));

        var open = await server.Client.GetJsonAsync($"/api/v1/batches/{id}");
        Assert.Equal(("open", 1), (open.Text("status"), open.GetProperty("totalFiles").GetInt32()));

        var ended = await (await server.Client.PostAsync($"/api/v1/batches/{id}/seal", null, Ct)).JsonAsync(HttpStatusCode.OK);
        Assert.Equal("completed", ended.Text("status"));
        Assert.Equal("completed", (await (await server.Client.PostAsync($"/api/v1/batches/{id}/seal", null, Ct)).JsonAsync(HttpStatusCode.OK)).Text("status"));
    }

    [Fact]
    public async Task Somebody_elses_batch_is_not_there()
    {
        var id = (await CreateAsync(new { })).GetProperty("id").GetGuid();
        var other = server.ClientOf("batch-other");

        await (await other.GetAsync($"/api/v1/batches/{id}", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "batch_not_found");
        await (await other.PostAsync($"/api/v1/batches/{id}/seal", null, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "batch_not_found");
        Assert.Empty((await other.GetJsonAsync("/api/v1/batches")).Ids());
        Assert.Equal("open", (await server.Client.GetJsonAsync($"/api/v1/batches/{id}")).Text("status"));
    }

    [Fact]
    public async Task Batches_are_listed_newest_first()
    {
        var client = server.ClientOf("batch-lister");
        var first = (await (await client.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();
        var second = (await (await client.PostJsonAsync("/api/v1/batches", new { })).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

        var page = await client.GetJsonAsync("/api/v1/batches?limit=1");
        var rest = await client.GetJsonAsync($"/api/v1/batches?limit=1&cursor={page.Text("nextCursor")}");

        Assert.Equal([second, first], page.Ids().Concat(rest.Ids()));
    }

    [Fact]
    public async Task Wrong_batches_are_refused()
    {
        await (await server.Client.PostJsonAsync("/api/v1/batches", new { expectedFiles = 0 }))
            .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_expected_files");
        await (await server.Client.PostJsonAsync("/api/v1/batches", new { workspaceId = Guid.CreateVersion7() }))
            .IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await server.Client.PostJsonAsync("/api/v1/batches", new { lateFiles = "perhaps" }))
            .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_late_files");
        await (await server.Client.PostJsonAsync("/api/v1/batches", new { expiresAt = DateTimeOffset.UnixEpoch }))
            .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_expires_at");
        object[] manifests =
        [
            new { manifest = Array.Empty<object>() },
            new { manifest = new[] { new { name = "" } } },
            new { manifest = new[] { new { name = "a\0b" } } },
            new { manifest = new[] { new { name = "a", size = -1 } } },
            new { manifest = new[] { new { name = "a" } }, expectedFiles = 2 },
        ];
        foreach (var manifest in manifests)
        {
            await (await server.Client.PostJsonAsync("/api/v1/batches", manifest)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_manifest");
        }

        await (await server.Client.PostJsonAsync("/api/v1/batches", new { manifest = Enumerable.Repeat(new { name = "a" }, 10_001) }))
            .IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "manifest_too_long");
    }

    private async Task<System.Text.Json.JsonElement> CreateAsync(object body) =>
        await (await server.Client.PostJsonAsync("/api/v1/batches", body)).JsonAsync(HttpStatusCode.Created);

    private async Task<System.Text.Json.JsonElement> WaitAsync(Guid id, string status) => (System.Text.Json.JsonElement)await Eventually.FindAsync<object>(
        async () => await server.Client.GetJsonAsync($"/api/v1/batches/{id}") is var batch && batch.Text("status") == status ? batch : null,
        $"batch {id} to be {status}");
}
