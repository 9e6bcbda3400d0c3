using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api.Places;

/// <summary>Workspaces, members and folders as a client makes them.</summary>
internal static class PlaceCalls
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Guid> MakeWorkspaceAsync(this HttpClient client, string name = "a workspace", string? namePolicy = null)
    {
        var made = await (await client.PostJsonAsync("/api/v1/workspaces", new { name })).JsonAsync(HttpStatusCode.Created);
        var id = made.GetProperty("id").GetGuid();
        if (namePolicy is not null)
        {
            await (await client.PatchAsync($"/api/v1/workspaces/{id}", new { namePolicy })).JsonAsync(HttpStatusCode.OK);
        }

        return id;
    }

    public static async Task<Guid> MakeFolderAsync(this HttpClient client, Guid? workspaceId, string name, Guid? parentId = null) =>
        (await (await client.PostJsonAsync("/api/v1/folders", new { workspaceId, name, parentId })).JsonAsync(HttpStatusCode.Created)).GetProperty("id").GetGuid();

    public static Task<HttpResponseMessage> PatchAsync(this HttpClient client, string path, object body, string? ifMatch = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, path) { Content = JsonContent.Create(body) };
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return client.SendAsync(request, Ct);
    }

    public static Task<HttpResponseMessage> SetMemberAsync(this HttpClient client, Guid workspace, string user, string role) =>
        client.PutAsJsonAsync($"/api/v1/workspaces/{workspace}/members/{user}", new { role }, Ct);

    /// <summary>A local user that the server knows, as a member.</summary>
    public static async Task<HttpClient> MemberAsync(this RunningServer server, Guid workspace, string user, string role, HttpClient? owner = null)
    {
        var client = server.ClientOf(user);
        await client.GetJsonAsync("/api/v1/usage");
        await (await (owner ?? server.Client).SetMemberAsync(workspace, user, role)).JsonAsync(HttpStatusCode.OK);
        return client;
    }

    /// <summary>POST of an upload of no bytes, which is a file at once.</summary>
    public static async Task<HttpResponseMessage> PostFileAsync(this HttpClient client, string fileName, params (string Key, string Value)[] metadata)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads");
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add("Upload-Length", "0");
        request.Headers.Add("Upload-Metadata", Metadata([("filename", fileName), .. metadata]));
        return await client.SendAsync(request, Ct);
    }

    public static string Metadata(params (string Key, string Value)[] metadata) =>
        string.Join(',', metadata.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    public static async Task NoContentAsync(this Task<HttpResponseMessage> call)
    {
        using var answer = await call;
        Assert.True(answer.StatusCode == HttpStatusCode.NoContent, await answer.Content.ReadAsStringAsync(Ct));
    }

    public static IEnumerable<string?> Texts(this JsonElement page, string name) => page.GetProperty("items").EnumerateArray().Select(item => item.Text(name));
}
