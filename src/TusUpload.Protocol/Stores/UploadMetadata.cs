using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Stores;

/// <summary>tus 1.0.0, Upload-Metadata: keys with decoded UTF-8 values, and the header to the letter for HEAD.</summary>
/// <param name="Raw">The header as it was sent; null without one.</param>
/// <param name="Values">Decoded values by key (ordinal, as sent); a key without a value maps to an empty string.</param>
public sealed record UploadMetadata(string? Raw, IReadOnlyDictionary<string, string> Values)
{
    public static readonly UploadMetadata Empty = new(null, new Dictionary<string, string>());

    /// <summary>The header of a request; empty where it has none, or one that is none.</summary>
    public static UploadMetadata Read(StringValues header, int maxBytes) =>
        MetadataHeader.TryRead(header, maxBytes, out var metadata) is null ? metadata : Empty;

    public string? Find(string key) => Values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
}
