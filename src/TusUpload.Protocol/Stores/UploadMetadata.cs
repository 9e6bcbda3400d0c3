using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Stores;

/// <summary>tus 1.0.0, Upload-Metadata: keys with decoded UTF-8 values, and the header to the letter for HEAD.</summary>
/// <param name="Raw">The header as it was sent; null without one.</param>
/// <param name="Values">Decoded values by key (ordinal, as sent); a key without a value maps to an empty string.</param>
public sealed record UploadMetadata(string? Raw, IReadOnlyDictionary<string, string> Values)
{
    public static readonly UploadMetadata Empty = new(null, new Dictionary<string, string>());

    /// <summary>What a request says before it is handled; empty where its header is not well formed, which its handling refuses.</summary>
    public static UploadMetadata Peek(HttpRequest request, int maxBytes) =>
        MetadataHeader.TryRead(request.Headers[TusHeaders.UploadMetadata], maxBytes, out var metadata) is null ? metadata : Empty;

    public string? Find(string key) => Values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
}
