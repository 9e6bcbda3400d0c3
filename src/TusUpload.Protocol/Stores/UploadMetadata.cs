namespace TusUpload.Protocol.Stores;

/// <summary>tus 1.0.0, Upload-Metadata: keys with decoded UTF-8 values, and the header to the letter for HEAD.</summary>
/// <param name="Raw">The header as it was sent; null without one.</param>
/// <param name="Values">Decoded values by key (ordinal, as sent); a key without a value maps to an empty string.</param>
public sealed record UploadMetadata(string? Raw, IReadOnlyDictionary<string, string> Values)
{
    public static readonly UploadMetadata Empty = new(null, new Dictionary<string, string>());

    public string? Find(string key) => Values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;
}
