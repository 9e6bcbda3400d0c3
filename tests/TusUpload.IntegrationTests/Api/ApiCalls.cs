using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

/// <summary>Calls whose answers are read as JSON.</summary>
internal static class ApiCalls
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<JsonElement> GetJsonAsync(this HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, Ct);
        return await response.JsonAsync(HttpStatusCode.OK);
    }

    public static async Task<JsonElement> JsonAsync(this HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Checks a refusal: its status, its code and its form.</summary>
    public static async Task IsProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var problem = await response.JsonAsync(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal((int)status, problem.GetProperty("status").GetInt32());
        response.Dispose();
    }

    public static Task<HttpResponseMessage> PostJsonAsync(this HttpClient client, string path, object body) => client.PostAsJsonAsync(path, body, Ct);

    public static async Task<JsonElement> WaitForFileAsync(this HttpClient client, Guid id, string status = "ready")
    {
        var file = await Eventually.FindAsync(
            async () =>
            {
                using var response = await client.GetAsync($"/api/v1/files/{id}", Ct);
                return response.StatusCode == HttpStatusCode.OK
                    && await response.Content.ReadFromJsonAsync<JsonDocument>(Ct) is { } found
                    && found.RootElement.GetProperty("processingStatus").GetString() == status
                    ? found
                    : null;
            },
            $"file {id} to be {status}");
        return file.RootElement;
    }

    public static IEnumerable<Guid> Ids(this JsonElement page) => page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetGuid());

    public static IEnumerable<string> Members(this JsonElement item) => item.EnumerateObject().Select(member => member.Name);

    public static string? Text(this JsonElement item, string name) => item.GetProperty(name).GetString();
}
