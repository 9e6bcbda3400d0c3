using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads.Rules;

/// <summary>First bytes, and requests that bring them under a name.</summary>
internal static class RuleRequests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A program of Windows of that many bytes.</summary>
    public static byte[] Program(int size)
    {
        var bytes = new byte[size];
        ((byte[])[.. "MZ"u8, 0x90, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0xFF, 0xFF]).AsSpan(0, Math.Min(size, 14)).CopyTo(bytes);
        return bytes;
    }

    /// <summary>A picture of that many bytes.</summary>
    public static byte[] Picture(int size)
    {
        var bytes = new byte[size];
        new Random(size).NextBytes(bytes);
        ((byte[])[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]).CopyTo(bytes, 0);
        return bytes;
    }

    public static string Metadata(params (string Key, string Value)[] pairs) =>
        string.Join(',', pairs.Select(pair => $"{pair.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(pair.Value))}"));

    /// <summary>A request of the IETF's protocol.</summary>
    public static Task<HttpResponseMessage> ResumableAsync(
        this HttpClient client, HttpMethod method, Uri target, byte[]? body, string type, string user, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, target)
        {
            Headers = { { "Upload-Draft-Interop-Version", "8" }, { "X-TusUpload-User", user } },
            Content = body is null ? null : new ByteArrayContent(body),
        };
        request.Content?.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in headers)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(name, value) || request.Content!.Headers.TryAddWithoutValidation(name, value));
        }

        return client.SendAsync(request, Ct);
    }

    /// <summary>The members of a refusal.</summary>
    public static async Task<Dictionary<string, string?>> ProblemAsync(this HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).EnumerateObject().ToDictionary(
            member => member.Name, member => member.Value.ValueKind == JsonValueKind.Null ? null : member.Value.ToString(), StringComparer.Ordinal);

    public static async Task<Guid> BatchAsync(this RunningServer server, string user)
    {
        using var answer = await server.ClientOf(user).PostAsJsonAsync(new Uri("/api/v1/batches", UriKind.Relative), new { expectedFiles = 1 }, Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("id").GetGuid();
    }
}
