using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace TusUpload.Uploads.Capabilities;

/// <summary>
/// What a token says: whose upload, which, and under which revision. Written as <c>tu1.</c>, the facts and their HMAC-SHA256, both in base64url:
/// 16 bytes of id (big-endian), 4 of revision (big-endian), the owner in UTF-8.
/// </summary>
internal sealed record UploadToken(Guid UploadId, int Revision, string UserId)
{
    private const string Prefix = "tu1.";
    private const int Longest = 2048;
    private const int Fixed = 20;

    public string Sign(byte[] key)
    {
        var facts = new byte[Fixed + Encoding.UTF8.GetByteCount(UserId)];
        UploadId.TryWriteBytes(facts, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(facts.AsSpan(16), Revision);
        Encoding.UTF8.GetBytes(UserId, facts.AsSpan(Fixed));
        return $"{Prefix}{Base64Url.EncodeToString(facts)}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, facts))}";
    }

    /// <summary>Null for whatever was not signed with this key.</summary>
    public static UploadToken? Read(string token, byte[] key)
    {
        if (token.Length > Longest || !token.StartsWith(Prefix, StringComparison.Ordinal) || token.LastIndexOf('.') is var dot && dot < Prefix.Length)
        {
            return null;
        }

        if (!TryDecode(token.AsSpan(Prefix.Length..dot), out var facts) || !TryDecode(token.AsSpan((dot + 1)..), out var mac) || facts.Length <= Fixed)
        {
            return null;
        }

        return CryptographicOperations.FixedTimeEquals(mac, HMACSHA256.HashData(key, facts))
            ? new(
                new Guid(facts.AsSpan(0, 16), bigEndian: true),
                BinaryPrimitives.ReadInt32BigEndian(facts.AsSpan(16)),
                Encoding.UTF8.GetString(facts.AsSpan(Fixed)))
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
