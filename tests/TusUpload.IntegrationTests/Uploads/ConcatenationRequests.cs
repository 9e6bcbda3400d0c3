using System.Globalization;
using System.Net;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Partial and final uploads as a client writes them.</summary>
internal static class ConcatenationRequests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>A partial upload of this length; its address.</summary>
    public static async Task<Uri> CreatePartAsync(this HttpClient client, long? length, string? metadata = null, string? user = null)
    {
        using var request = Creation("partial", metadata, user);
        request.Headers.Add(length is null ? "Upload-Defer-Length" : "Upload-Length", (length ?? 1).ToString(CultureInfo.InvariantCulture));
        using var answer = await client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return answer.Headers.Location!;
    }

    /// <summary>A partial upload with all its bytes; its address.</summary>
    public static async Task<Uri> UploadPartAsync(this HttpClient client, byte[] bytes, string? metadata = null, string? user = null)
    {
        var part = await client.CreatePartAsync(bytes.Length, metadata, user);
        using var answer = await client.PatchAsync(part, 0, bytes, user: user);
        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        return part;
    }

    public static async Task<HttpResponseMessage> ConcatenateAsync(
        this HttpClient client, IEnumerable<Uri> parts, string? metadata = null, string? user = null)
    {
        using var request = Creation("final;" + string.Join(' ', parts), metadata, user);
        return await client.SendAsync(request, Ct);
    }

    /// <summary>A final upload of these parts; its address.</summary>
    public static async Task<Uri> JoinAsync(this HttpClient client, IEnumerable<Uri> parts, string? metadata = null, string? user = null)
    {
        using var answer = await client.ConcatenateAsync(parts, metadata, user);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Ct));
        return answer.Headers.Location!;
    }

    private static HttpRequestMessage Creation(string concat, string? metadata, string? user)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/uploads", UriKind.Relative));
        request.Headers.Add("Tus-Resumable", "1.0.0");
        Assert.True(request.Headers.TryAddWithoutValidation("Upload-Concat", concat));
        if (metadata is not null)
        {
            request.Headers.Add("Upload-Metadata", metadata);
        }

        if (user is not null)
        {
            request.Headers.Add("X-TusUpload-User", user);
        }

        return request;
    }
}
