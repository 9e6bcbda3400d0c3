using Microsoft.AspNetCore.Http;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Checksums;

/// <summary>
/// RFC 9530, Content-Digest: what one body hashes to. The strongest algorithm that the store verifies counts; the others would prove nothing
/// more, and unknown ones are ignored.
/// </summary>
internal static class ContentDigest
{
    private static readonly (string Key, ChecksumAlgorithm Algorithm)[] Strongest =
        [(DigestFields.Sha512, ChecksumAlgorithms.Sha512), (DigestFields.Sha256, ChecksumAlgorithms.Sha256)];

    /// <summary>What the request says of its body; null when it says nothing, or nothing that can be verified here.</summary>
    /// <param name="mismatch">What the protocol that the client speaks answers to other bytes.</param>
    public static TusError? TryRead(HttpRequest request, ITusStore store, TusError mismatch, out BodyChecksum? checksum)
    {
        checksum = null;
        var header = request.Headers[DigestFields.ContentDigest];
        if (header.Count == 0 || store is not ITusChecksumStore able)
        {
            return null;
        }

        foreach (var (key, algorithm) in Strongest)
        {
            if (!able.ChecksumAlgorithms.Contains(algorithm) || DigestFields.Find(header, key) is not { } value)
            {
                continue;
            }

            if (DigestFields.ReadBytes(value, algorithm.Size) is not { } expected)
            {
                return Refusals.InvalidDigest;
            }

            checksum = new(algorithm, expected) { Mismatch = mismatch };
            return null;
        }

        return null;
    }
}
