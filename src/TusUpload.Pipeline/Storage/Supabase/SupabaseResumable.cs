using System.Globalization;
using System.Text;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>
/// The resumable endpoint (tus 1.0.0 with creation). An upload is known by the last segment of its Location alone: the rest of that address is what the server
/// believes to be called, which behind a gateway is often wrong.
/// </summary>
internal sealed class SupabaseResumable(SupabaseHttp http, string bucket)
{
    private const string Path = "upload/resumable";

    /// <summary>Begins an upload, without a byte, so that a refusal is answered in full; what the server calls it.</summary>
    public async Task<string> CreateAsync(string key, long length, ObjectFacts facts, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Post, Path);
        request.Headers.Add("Upload-Length", length.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("Upload-Metadata", string.Join(
            ',', Pair("bucketName", bucket), Pair("objectName", key), Pair("contentType", facts.ContentType), Pair("metadata", facts.ToJson())));
        using var answer = await http.SendAsync(request, null, cancellationToken);
        return answer.Headers.Location?.OriginalString.Split('?')[0].TrimEnd('/').Split('/')[^1] is { Length: > 0 } id
            ? id
            : throw new SupabaseStorageException(answer.StatusCode, System.Net.HttpStatusCode.BadGateway, null, "it named no Location");
    }

    /// <summary>How far an upload got, in bytes; null: it is over or gone.</summary>
    public async Task<long?> OffsetAsync(string id, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Head, $"{Path}/{id}");
        try
        {
            using var answer = await http.AskAsync(request, cancellationToken);
            return OffsetOf(answer);
        }
        catch (SupabaseStorageException gone) when (gone.IsMissing)
        {
            return null;
        }
    }

    /// <summary>
    /// Sends a piece; the offset after it, which may be less than what was sent. After anything that it throws the offset has to be asked for: the
    /// server answers a refusal by breaking the connection.
    /// </summary>
    public async Task<long?> SendAsync(string id, long offset, SupabaseBody body, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Patch, $"{Path}/{id}");
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        using var answer = await http.SendAsync(request, body, cancellationToken);
        return OffsetOf(answer);
    }

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = http.Request(method, path);
        request.Headers.Add("Tus-Resumable", "1.0.0");

        // On every request: it is looked at again for each piece.
        request.Headers.Add("x-upsert", "true");
        return request;
    }

    private static long? OffsetOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Upload-Offset", out var values)
        && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
            ? offset
            : null;

    private static string Pair(string name, string value) => $"{name} {Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}";
}
