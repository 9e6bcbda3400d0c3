using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Headers;
using TusUpload.Protocol.Stores;

namespace TusUpload.Protocol.Checksums;

/// <summary>
/// tus 1.0.0, Upload-Checksum: the algorithm's name, a blank, base64 of the checksum. In the head, or announced there as a trailer. A
/// Content-Digest stands in for it.
/// </summary>
internal static class ChecksumHeader
{
    /// <summary>
    /// What the request says of its body's checksum; null when it says nothing, or the store verifies none. A trailer that was not announced
    /// is not looked at.
    /// </summary>
    public static TusError? TryRead(HttpRequest request, ITusStore store, out BodyChecksum? checksum)
    {
        checksum = null;
        if (store is not ITusChecksumStore able)
        {
            return null;
        }

        var header = request.Headers[TusHeaders.UploadChecksum];
        var follows = IsAnnounced(request);
        if (request.Headers[DigestFields.ContentDigest].Count > 0)
        {
            return header.Count > 0 || follows ? Refusals.TwoChecksums : ContentDigest.TryRead(request, store, TusError.ChecksumMismatch, out checksum);
        }

        if (header.Count > 0)
        {
            // Two checksums of one body: which one counts is not for us to guess.
            var (algorithm, expected, refusal) = follows ? new(null, [], Refusals.InvalidChecksum) : Read(header, able.ChecksumAlgorithms);
            checksum = algorithm is null ? null : new(algorithm, expected);
            return refusal;
        }

        if (!follows)
        {
            return null;
        }

        // A body of HTTP/1.1 that is not chunked has no trailers: what was announced can never come.
        if (HttpProtocol.IsHttp11(request.Protocol) && request.ContentLength is not null || !request.SupportsTrailers())
        {
            return Refusals.MissingChecksum;
        }

        checksum = new(() => ReadTrailer(request, able.ChecksumAlgorithms));
        return null;
    }

    /// <summary>Reads the value. An algorithm that is not there is told before a checksum that is no base64 of its length.</summary>
    public static ChecksumReading Read(StringValues header, IReadOnlyList<ChecksumAlgorithm> algorithms)
    {
        if (header is not [{ } value] || value.IndexOf(' ') is var blank && blank <= 0)
        {
            return new(null, [], Refusals.InvalidChecksum);
        }

        if (ChecksumAlgorithms.Find(value[..blank]) is not { } algorithm || !algorithms.Contains(algorithm))
        {
            return new(null, [], Refusals.UnsupportedChecksumAlgorithm);
        }

        var expected = new byte[algorithm.Size];
        var given = value.AsSpan(blank + 1);

        // The decoder overlooks white space between the digits; the length tells.
        return given.Length == (algorithm.Size + 2) / 3 * 4
            && Convert.TryFromBase64Chars(given, expected, out var size)
            && size == algorithm.Size
                ? new(algorithm, expected, null)
                : new(null, [], Refusals.InvalidChecksum);
    }

    private static bool IsAnnounced(HttpRequest request)
    {
        foreach (var name in request.GetDeclaredTrailers())
        {
            if (string.Equals(name, TusHeaders.UploadChecksum, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static ChecksumReading ReadTrailer(HttpRequest request, IReadOnlyList<ChecksumAlgorithm> algorithms) =>
        request.CheckTrailersAvailable() && request.GetTrailer(TusHeaders.UploadChecksum) is { Count: > 0 } trailer
            ? Read(trailer, algorithms)
            : new(null, [], Refusals.MissingChecksum);
}

/// <summary>What a header said: an algorithm with the bytes expected, or why not.</summary>
internal readonly record struct ChecksumReading(ChecksumAlgorithm? Algorithm, byte[] Expected, TusError? Refusal);
