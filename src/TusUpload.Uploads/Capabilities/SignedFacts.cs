using System.Buffers.Text;
using System.Security.Cryptography;

namespace TusUpload.Uploads.Capabilities;

/// <summary>Facts that a server signs and lets somebody carry: a prefix, the facts and their HMAC-SHA256, these two in base64url with a dot between them.</summary>
public static class SignedFacts
{
    private const int Longest = 2048;

    /// <param name="prefix">What kind of facts they are; with the key, what keeps kinds apart.</param>
    public static string Sign(string prefix, ReadOnlySpan<byte> facts, byte[] key) =>
        $"{prefix}{Base64Url.EncodeToString(facts)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, facts))}";

    /// <summary>Null for whatever was not signed with this key.</summary>
    public static byte[]? Read(string prefix, string text, byte[] key)
    {
        if (text.Length > Longest || !text.StartsWith(prefix, StringComparison.Ordinal) || text.LastIndexOf('.') is var dot && dot < prefix.Length)
        {
            return null;
        }

        return TryDecode(text.AsSpan(prefix.Length..dot), out var facts) && TryDecode(text.AsSpan((dot + 1)..), out var mac)
            && CryptographicOperations.FixedTimeEquals(mac, HMACSHA256.HashData(key, facts))
                ? facts
                : null;
    }

    private static bool TryDecode(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = new byte[Base64Url.GetMaxDecodedLength(text.Length)];
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var written))
        {
            return false;
        }

        bytes = bytes[..written];
        return true;
    }
}
