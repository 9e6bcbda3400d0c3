using System.Globalization;
using System.Net;
using System.Text.Json;

namespace TusUpload.Pipeline.Storage.Supabase;

/// <summary>
/// A refusal. What it means stands in the body: the status on the wire is 400 for nearly everything. The resumable endpoint answers with real statuses and
/// plain text, and a gateway with pages of its own: there the status must do.
/// </summary>
internal sealed class SupabaseStorageException(HttpStatusCode wire, HttpStatusCode status, string? code, string reason) : IOException(
    $"Supabase Storage answered {(int)status}{(status == wire ? "" : $" (as {(int)wire})")} {code}: {reason}")
{
    private const int LongestError = 64 * 1024;
    private const int LongestReason = 200;

    /// <summary>What it would have been on the wire.</summary>
    public HttpStatusCode Status => status;

    /// <summary>Of the server's own list; null where it named none.</summary>
    public string? Code => code;

    public bool IsMissing => code is "NoSuchKey" or "NoSuchUpload" || (code is null && status is HttpStatusCode.NotFound or HttpStatusCode.Gone);

    public bool IsMissingBucket => code == "NoSuchBucket";

    public bool IsThere => code is "ResourceAlreadyExists" or "KeyAlreadyExists" or "BucketAlreadyExists" || status == HttpStatusCode.Conflict;

    public bool IsTooLarge => code == "EntityTooLarge" || status == HttpStatusCode.RequestEntityTooLarge;

    public bool IsTypeRefused => code == "InvalidMimeType" || status == HttpStatusCode.UnsupportedMediaType;

    /// <summary>The key or its rights are wrong; somebody has to change them.</summary>
    public bool IsDenied => code is "InvalidJWT" or "AccessDenied" or "ExpiredToken" or "SignatureDoesNotMatch"
        || status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden;

    /// <summary>Whether the same request may succeed later with nothing changed.</summary>
    public bool MayPass => (int)status >= 500
        || status is HttpStatusCode.TooManyRequests or HttpStatusCode.Locked or HttpStatusCode.RequestTimeout
        || code is "SlowDown" or "ResourceLocked" or "LockTimeout" or "DatabaseTimeout" or "DatabaseReadOnly" or "InternalError";

    /// <summary>Reads what an answer without success says.</summary>
    public static async Task<SupabaseStorageException> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            await answer.Content.LoadIntoBufferAsync(LongestError, cancellationToken);
            return Read(answer.StatusCode, await answer.Content.ReadAsStringAsync(cancellationToken));
        }
        catch (HttpRequestException)
        {
            return new(answer.StatusCode, answer.StatusCode, null, "no readable reason");
        }
    }

    internal static SupabaseStorageException Read(HttpStatusCode wire, string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                var status = Text("statusCode") is { } text && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? (HttpStatusCode)number
                    : wire;
                // What it says of a type is what the client said, which is for no log.
                var reason = Text("code") == "InvalidMimeType" ? "it takes no such type" : Text("message") ?? Text("error") ?? "";
                return new(wire, status, Text("code"), Short(reason));

                string? Text(string name) => json.RootElement.TryGetProperty(name, out var value)
                    ? value.ValueKind switch
                    {
                        JsonValueKind.String => value.GetString(),
                        JsonValueKind.Number => value.GetRawText(),
                        _ => null,
                    }
                    : null;
            }
        }
        catch (JsonException)
        {
            // Plain text, or a page of a gateway.
        }

        return new(wire, wire, null, Short(body));
    }

    // It may be a page, and goes to the log.
    private static string Short(string text)
    {
        var line = string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
        return line.Length > LongestReason ? line[..LongestReason] : line;
    }
}
