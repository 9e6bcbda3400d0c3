using System.Buffers;
using System.Security.Cryptography;

namespace TusUpload.Uploads.Content.S3;

/// <summary>
/// The digests that object stores speak of. Of an object or a part that came in one piece it is the MD5 of its bytes, of an object in parts the MD5 of the
/// parts' MD5s with their number; a store that encrypts, or that is not the plain kind, may say anything else.
/// </summary>
public static class S3Digest
{
    private const int BufferSize = 256 * 1024;

    /// <summary>An ETag without its quotes; never null.</summary>
    public static string Of(string? etag) => etag?.Trim('"') ?? "";

    /// <summary>MD5 of the rest of a stream, 32 lower hexadecimal digits.</summary>
    public static async Task<string> OfAsync(Stream bytes, CancellationToken cancellationToken)
    {
        // The platform's own method for streams reads 4 KiB at a time.
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (int read; (read = await bytes.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                digest.AppendData(buffer, 0, read);
            }

            return Convert.ToHexStringLower(digest.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>What an object made of parts with these digests has as its own.</summary>
    public static string Join(IReadOnlyList<string> parts)
    {
        var all = parts.SelectMany(Convert.FromHexString).ToArray();
#pragma warning disable CA5351 // What the store says; no secret.
        return $"{Convert.ToHexStringLower(MD5.HashData(all))}-{parts.Count}";
#pragma warning restore CA5351
    }
}
