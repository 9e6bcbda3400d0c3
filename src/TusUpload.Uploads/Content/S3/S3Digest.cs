using System.Security.Cryptography;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// The digests that object stores speak of. Of an object or a part that came in one piece it is the MD5 of its bytes, of an object in parts the MD5 of the
/// parts' MD5s with their number; a store that encrypts, or that is not the plain kind, may say anything else.
/// </summary>
public static class S3Digest
{
    /// <summary>An ETag without its quotes; never null.</summary>
    public static string Of(string? etag) => etag?.Trim('"') ?? "";

    /// <summary>MD5 of the rest of a stream, 32 lower hexadecimal digits.</summary>
    public static async Task<string> OfAsync(Stream bytes, CancellationToken cancellationToken)
    {
#pragma warning disable CA5351 // What the store checks that it got; no secret.
        var digest = await MD5.HashDataAsync(bytes, cancellationToken);
#pragma warning restore CA5351
        return Convert.ToHexStringLower(digest);
    }

    /// <summary>What an object made of parts with these digests has as its own.</summary>
    public static string Join(IReadOnlyList<string> parts)
    {
        var all = parts.SelectMany(Convert.FromHexString).ToArray();
#pragma warning disable CA5351 // As above.
        return $"{Convert.ToHexStringLower(MD5.HashData(all))}-{parts.Count}";
#pragma warning restore CA5351
    }
}
