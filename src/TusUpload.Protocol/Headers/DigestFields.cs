using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Headers;

/// <summary>RFC 9530: digests of the whole upload. SHA-256 only; other algorithms are ignored, as is a value that is not one.</summary>
internal static class DigestFields
{
    public const string ReprDigest = "Repr-Digest";
    public const string WantReprDigest = "Want-Repr-Digest";

    private const string Sha256 = "sha-256";
    private const int Sha256Bytes = 32;

    /// <summary>The SHA-256 that the client promises, 64 lower hexadecimal digits; null without one.</summary>
    public static string? ReadPromise(HttpRequest request)
    {
        var bytes = new byte[Sha256Bytes];
        return Find(request.Headers[ReprDigest]) is [':', .. var encoded, ':']
            && Convert.TryFromBase64String(encoded, bytes, out var written) && written == Sha256Bytes
            ? Convert.ToHexStringLower(bytes)
            : null;
    }

    /// <summary>Answers the digest, where it is known and the client wants it.</summary>
    public static void Show(HttpContext http, string? sha256)
    {
        // A preference of 0 means: not acceptable.
        if (sha256 is not null && Find(http.Request.Headers[WantReprDigest]) is { } preference and not "0")
        {
            http.Response.Headers[ReprDigest] = $"{Sha256}=:{Convert.ToBase64String(Convert.FromHexString(sha256))}:";
        }
    }

    /// <summary>The value of SHA-256 in a dictionary, without parameters. Where a key is given twice, the last one counts.</summary>
    private static string? Find(StringValues header)
    {
        string? found = null;
        foreach (var member in header.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            var value = member.StartsWith(Sha256 + "=", StringComparison.Ordinal) ? member[(Sha256.Length + 1)..] : null;
            found = value?.Split(';')[0] ?? found;
        }

        return found;
    }
}
