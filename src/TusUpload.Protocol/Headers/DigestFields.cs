using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Headers;

/// <summary>
/// RFC 9530: digests of the whole upload and of one body. Algorithms other than SHA-256 and SHA-512 are ignored, and so is a promise that is no
/// digest.
/// </summary>
internal static class DigestFields
{
    public const string ContentDigest = "Content-Digest";
    public const string ReprDigest = "Repr-Digest";
    public const string WantReprDigest = "Want-Repr-Digest";
    public const string Sha256 = "sha-256";
    public const string Sha512 = "sha-512";

    private const int Sha256Bytes = 32;
    private const int Sha512Bytes = 64;

    /// <summary>The SHA-256 that the client promises of the whole, 64 lower hexadecimal digits; null without one.</summary>
    public static string? ReadSha256Promise(HttpRequest request) => ReadPromise(request, Sha256, Sha256Bytes);

    /// <summary>The SHA-512 that the client promises of the whole, 128 lower hexadecimal digits; null without one.</summary>
    public static string? ReadSha512Promise(HttpRequest request) => ReadPromise(request, Sha512, Sha512Bytes);

    /// <summary>Answers the digest, where it is known and the client wants it.</summary>
    public static void Show(HttpContext http, string? sha256)
    {
        // A preference of 0 means: not acceptable.
        if (sha256 is not null && Find(http.Request.Headers[WantReprDigest], Sha256) is { } preference and not "0")
        {
            http.Response.Headers[ReprDigest] = $"{Sha256}=:{Convert.ToBase64String(Convert.FromHexString(sha256))}:";
        }
    }

    /// <summary>The value of a key in a dictionary, without parameters. Where a key is given twice, the last one counts.</summary>
    public static string? Find(StringValues header, string key)
    {
        string? found = null;
        foreach (var member in header.ToString().Split(',', StringSplitOptions.TrimEntries))
        {
            if (member.StartsWith(key, StringComparison.Ordinal) && member.AsSpan(key.Length) is ['=', .. var value])
            {
                found = new(value[..(value.IndexOf(';') is var end and >= 0 ? end : value.Length)]);
            }
        }

        return found;
    }

    /// <summary>The bytes between two colons, exactly as many as <paramref name="size"/>; null for anything else.</summary>
    public static byte[]? ReadBytes(string? value, int size)
    {
        var bytes = new byte[size];
        return value is [':', .. var encoded, ':'] && Convert.TryFromBase64String(encoded, bytes, out var written) && written == size ? bytes : null;
    }

    private static string? ReadPromise(HttpRequest request, string algorithm, int size) =>
        ReadBytes(Find(request.Headers[ReprDigest], algorithm), size) is { } digest ? Convert.ToHexStringLower(digest) : null;
}
