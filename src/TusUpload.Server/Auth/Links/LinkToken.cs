using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

using TusUpload.Uploads.Capabilities;

namespace TusUpload.Server.Auth.Links;

/// <summary>
/// What a link token says: which link, which of its visitors, until when, and which password was said for it. <see cref="SignedFacts"/> after
/// <c>lt1.</c>: 16 bytes of the link's id and 16 of the visitor's, 8 of the last second in Unix time, 8 of the password's mark (all big-endian).
/// </summary>
/// <param name="PasswordMark">Of <see cref="MarkOf"/>: with another password an older token is over.</param>
internal sealed record LinkToken(Guid LinkId, Guid Visitor, DateTimeOffset ExpiresAt, ulong PasswordMark)
{
    private const string Prefix = "lt1.";
    private const int Size = 48;

    public static bool IsLike(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Tells one password of a link from the next one and says nothing of either.</summary>
    public static ulong MarkOf(string? passwordHash) =>
        passwordHash is null ? 0 : BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(passwordHash)));

    /// <summary>Null for whatever was not signed with this key.</summary>
    public static LinkToken? Read(string token, byte[] key) => SignedFacts.Read(Prefix, token, key) is { Length: Size } facts
        ? new(
            new Guid(facts.AsSpan(0, 16), bigEndian: true),
            new Guid(facts.AsSpan(16, 16), bigEndian: true),
            DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(facts.AsSpan(32))),
            BinaryPrimitives.ReadUInt64BigEndian(facts.AsSpan(40)))
        : null;

    public string Sign(byte[] key)
    {
        Span<byte> facts = stackalloc byte[Size];
        LinkId.TryWriteBytes(facts, bigEndian: true, out _);
        Visitor.TryWriteBytes(facts[16..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(facts[32..], ExpiresAt.ToUnixTimeSeconds());
        BinaryPrimitives.WriteUInt64BigEndian(facts[40..], PasswordMark);
        return SignedFacts.Sign(Prefix, facts, key);
    }
}
