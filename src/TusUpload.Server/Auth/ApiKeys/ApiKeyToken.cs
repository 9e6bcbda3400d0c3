using System.Buffers.Text;
using System.Security.Cryptography;

namespace TusUpload.Server.Auth.ApiKeys;

/// <summary>
/// An API key as its holder has it: <c>tk_</c>, the key's id and 32 random bytes, each in base64url, with an underscore between. The prefix is for whoever finds
/// one where it should not be.
/// </summary>
internal sealed record ApiKeyToken(Guid Id, byte[] Secret)
{
    private const string Prefix = "tk_";
    private const int IdLength = 22;
    private const int SecretLength = 43;
    private const int SecretAt = 3 + IdLength + 1;

    /// <summary>32 bytes.</summary>
    public byte[] SecretHash => SHA256.HashData(Secret);

    public static bool IsLike(string text) => text.StartsWith(Prefix, StringComparison.Ordinal);

    public static ApiKeyToken New() => new(Guid.CreateVersion7(), RandomNumberGenerator.GetBytes(32));

    /// <summary>Null for what has not the form.</summary>
    public static ApiKeyToken? Read(string text)
    {
        if (!IsLike(text) || text.Length != SecretAt + SecretLength || text[SecretAt - 1] != '_')
        {
            return null;
        }

        var (id, secret) = (new byte[16], new byte[32]);
        return IsDecoded(text.AsSpan(Prefix.Length, IdLength), id) && IsDecoded(text.AsSpan(SecretAt), secret)
            ? new(new Guid(id, bigEndian: true), secret)
            : null;
    }

    public override string ToString() => $"{Prefix}{Base64Url.EncodeToString(Id.ToByteArray(bigEndian: true))}_{Base64Url.EncodeToString(Secret)}";

    private static bool IsDecoded(ReadOnlySpan<char> text, byte[] bytes) =>
        Base64Url.IsValid(text) && Base64Url.TryDecodeFromChars(text, bytes, out var written) && written == bytes.Length;
}
