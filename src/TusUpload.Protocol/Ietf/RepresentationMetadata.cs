using System.Text;

using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Ietf;

/// <summary>
/// The file's name and type out of Content-Disposition (RFC 6266) and Content-Type, in the words that Upload-Metadata has for them. What the
/// client says in Upload-Metadata itself goes first.
/// </summary>
internal static class RepresentationMetadata
{
    private const string Name = "filename";
    private const string Type = "filetype";

    public static UploadMetadata Add(UploadMetadata metadata, HttpRequest request)
    {
        var values = new Dictionary<string, string>(metadata.Values, StringComparer.Ordinal);
        var raw = new StringBuilder(metadata.Raw);
        Add(Name, metadata.Find(Name) ?? metadata.Find("name"), NameOf(request));
        Add(Type, metadata.Find(Type) ?? metadata.Find("type"), TypeOf(request));
        return raw.Length == (metadata.Raw?.Length ?? 0) ? metadata : new(raw.ToString(), values);

        void Add(string key, string? known, string? given)
        {
            if (known is not null || string.IsNullOrEmpty(given) || given.Contains('\0') || !values.TryAdd(key, given))
            {
                return;
            }

            raw.Append(raw.Length == 0 ? "" : ",").Append(key).Append(' ').Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(given)));
        }
    }

    private static string? NameOf(HttpRequest request) =>
        ContentDispositionHeaderValue.TryParse(request.Headers.ContentDisposition.ToString(), out var disposition)
            ? (disposition.FileNameStar.Value ?? HeaderUtilities.RemoveQuotes(disposition.FileName).Value)
            : null;

    /// <summary>Not the types that only say how the bytes travel.</summary>
    private static string? TypeOf(HttpRequest request) =>
        MediaType.Is(request.ContentType, IetfHeaders.PartialUpload) || MediaType.IsBytes(request.ContentType) ? null : request.ContentType;
}
