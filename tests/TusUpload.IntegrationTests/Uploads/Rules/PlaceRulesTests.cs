using System.Net;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Api.Places;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads.Rules;

/// <summary>Where a workspace has rules of its own, they hold besides the server's.</summary>
public sealed class PlaceRulesTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly string[] Pictures = ["image/*"];

    [Fact]
    public async Task A_workspace_has_a_say_in_what_comes_into_it_and_in_nothing_else()
    {
        var space = await server.Client.MakeWorkspaceAsync();
        await (await server.Client.PatchAsync($"/api/v1/workspaces/{space}", new { allowedTypes = Pictures, maxFileSize = 1000 })).JsonAsync(HttpStatusCode.OK);

        Assert.Equal((415, "type_not_allowed"), await PostAsync(new byte[10], "text/plain", space));
        Assert.Equal((415, "type_not_allowed"), await PostAsync(RuleRequests.Program(900), "image/png", space));
        Assert.Equal((413, "file_too_large"), await PostAsync(RuleRequests.Picture(1001), "image/png", space));
        Assert.Equal((201, null), await PostAsync(RuleRequests.Picture(1000), "image/png", space));
        Assert.Equal((201, null), await PostAsync(new byte[1001], "text/plain", null));
    }

    [Fact]
    public async Task What_a_workspace_takes_is_told_to_nobody_who_may_not_upload_there()
    {
        var space = await server.Client.MakeWorkspaceAsync();
        await (await server.Client.PatchAsync($"/api/v1/workspaces/{space}", new { allowedTypes = Pictures, maxFileSize = 1000 })).JsonAsync(HttpStatusCode.OK);
        var contributor = await server.MemberAsync(space, "rules-contributor", "contributor");
        var viewer = await server.MemberAsync(space, "rules-viewer", "viewer");
        var stranger = server.ClientOf("rules-stranger");

        Assert.Equal((415, "type_not_allowed"), await PostAsync(new byte[10], "text/plain", space, contributor));
        foreach (var who in new[] { viewer, stranger })
        {
            Assert.Equal((404, "workspace_not_found"), await PostAsync(new byte[10], "text/plain", space, who));
            Assert.Equal((404, "workspace_not_found"), await PostAsync(RuleRequests.Picture(1001), "image/png", space, who));
            Assert.Equal((404, "workspace_not_found"), await PostAsync(new byte[10], "text/plain", Guid.CreateVersion7(), who));
            var check = await (await who.PostJsonAsync("/api/v1/usage/check", new { size = 10, workspaceId = space, contentType = "text/plain" })).JsonAsync(HttpStatusCode.OK);
            Assert.Equal("workspace_not_found", check.Text("code"));
        }
    }

    private async Task<(int Status, string? Code)> PostAsync(byte[] body, string type, Guid? workspace, HttpClient? client = null)
    {
        (string, string)[] place = workspace is { } id ? [("workspaceId", id.ToString())] : [];
        using var answer = await (client ?? server.Client).PostAsync(body.Length, body, RuleRequests.Metadata([("filename", "a"), ("filetype", type), .. place]));
        return ((int)answer.StatusCode, answer.IsSuccessStatusCode ? null : await answer.CodeAsync());
    }
}
