using System.Buffers.Binary;
using System.Text;

namespace TusUpload.Uploads.Capabilities;

/// <summary>
/// What a token says: whose upload, which, and under which revision. <see cref="SignedFacts"/> after <c>tu1.</c>: 16 bytes of id (big-endian), 4 of
/// revision (big-endian), the uploader in UTF-8.
/// </summary>
internal sealed record UploadToken(Guid UploadId, int Revision, string UploaderId)
{
    private const string Prefix = "tu1.";
    private const int Fixed = 20;

    public string Sign(byte[] key)
    {
        var facts = new byte[Fixed + Encoding.UTF8.GetByteCount(UploaderId)];
        UploadId.TryWriteBytes(facts, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(facts.AsSpan(16), Revision);
        Encoding.UTF8.GetBytes(UploaderId, facts.AsSpan(Fixed));
        return SignedFacts.Sign(Prefix, facts, key);
    }

    /// <summary>Null for whatever was not signed with this key.</summary>
    public static UploadToken? Read(string token, byte[] key) => SignedFacts.Read(Prefix, token, key) is { Length: > Fixed } facts
        ? new(
            new Guid(facts.AsSpan(0, 16), bigEndian: true),
            BinaryPrimitives.ReadInt32BigEndian(facts.AsSpan(16)),
            Encoding.UTF8.GetString(facts.AsSpan(Fixed)))
        : null;
}
