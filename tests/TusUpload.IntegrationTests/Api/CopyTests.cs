using System.Net;
using System.Security.Cryptography;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class CopyTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_is_a_file_of_its_own()
    {
        var content = RandomNumberGenerator.GetBytes(10_000);
        var id = await server.UploadAsync(content, "first.bin");
        var first = await server.Client.WaitForFileAsync(id);

        using var answer = await server.Client.PostJsonAsync($"/api/v1/files/{id}/copy", new { fileName = "second.bin" });

        var copy = await answer.JsonAsync(HttpStatusCode.Created);
        var path = answer.Headers.Location!.OriginalString;
        Assert.Equal(path, $"/api/v1/files/{copy.GetProperty("id").GetGuid()}");
        Assert.NotEqual(id, copy.GetProperty("id").GetGuid());
        Assert.Equal(("second.bin", "ready", first.Text("sha256")), (copy.Text("fileName"), copy.Text("processingStatus"), copy.Text("sha256")));
        using var gone = await server.Client.DeleteAsync($"/api/v1/files/{id}", Ct);
        Assert.Equal(content, await server.Client.GetByteArrayAsync($"{path}/content", Ct));
    }

    [Fact]
    public async Task It_is_refused_with_what_is_wrong()
    {
        var id = await server.UploadAsync([1, 2, 3]);
        await server.Client.WaitForFileAsync(id);
        var path = $"/api/v1/files/{id}/copy";
        using var other = server.ClientOf("somebody-else");

        await (await other.PostJsonAsync(path, new { })).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        await (await server.Client.PostJsonAsync(path, new { fileName = "a/b" })).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_file_name");
        await (await server.Client.PostJsonAsync(path, new { workspaceId = Guid.CreateVersion7() })).IsProblemAsync(HttpStatusCode.NotFound, "workspace_not_found");
        await (await server.Client.PostJsonAsync(path, new { folderId = Guid.CreateVersion7() })).IsProblemAsync(HttpStatusCode.NotFound, "folder_not_found");
        using var plain = await server.Client.PostAsync(path, null, Ct);
        Assert.Equal(HttpStatusCode.Created, plain.StatusCode);
    }
}
