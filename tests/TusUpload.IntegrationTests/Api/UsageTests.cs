using TusUpload.Data.Links;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class UsageTests(PostgresServer postgres)
{
    [Fact]
    public async Task Every_level_shows_its_limit_and_what_is_used_and_held()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings => settings["Admission:UserStorageLimit"] = "1000");
        var fresh = await server.Client.GetJsonAsync("/api/v1/usage");
        Assert.Equal(["user", "workspaces", "links"], fresh.Members());
        var workspace = fresh.GetProperty("workspaces")[0].GetProperty("id").GetGuid();
        var link = await server.WithDbAsync(db =>
        {
            var link = new Link { Id = Guid.CreateVersion7(), WorkspaceId = workspace, Slug = "a", CreatedBy = "local", StorageLimit = 500 };
            db.Links.Add(link);
            return Task.FromResult(link.Id);
        });

        await server.Client.WaitForFileAsync(await server.UploadAsync(new byte[30]));
        await server.CreateUploadAsync(100, metadata: ("linkId", link.ToString()));

        var usage = await server.Client.GetJsonAsync("/api/v1/usage");
        Assert.Equal("""{"limit":1000,"used":30,"reserved":100}""", usage.GetProperty("user").GetRawText());
        Assert.Equal($$"""[{"id":"{{workspace}}","limit":null,"used":30,"reserved":100}]""", usage.GetProperty("workspaces").GetRawText());
        Assert.Equal($$"""[{"id":"{{link}}","limit":500,"used":0,"reserved":100}]""", usage.GetProperty("links").GetRawText());
        Assert.Empty((await server.ClientOf("somebody").GetJsonAsync("/api/v1/usage")).GetProperty("links").EnumerateArray());
    }
}
