using System.Collections.Frozen;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace TusUpload.Protocol.Checksums;

/// <summary>
/// The algorithms there are. The numbers among them travel as their canonical bytes, the highest first: crc32c as four (RFC 3720 gives the
/// polynomial), xxh128 as sixteen, its high half before its low one, as the tools print them.
/// </summary>
public static class ChecksumAlgorithms
{
    public static readonly ChecksumAlgorithm Sha1 = Cryptographic("sha1", SHA1.HashSizeInBytes, HashAlgorithmName.SHA1);
    public static readonly ChecksumAlgorithm Sha256 = Cryptographic("sha256", SHA256.HashSizeInBytes, HashAlgorithmName.SHA256);
    public static readonly ChecksumAlgorithm Sha512 = Cryptographic("sha512", SHA512.HashSizeInBytes, HashAlgorithmName.SHA512);
    public static readonly ChecksumAlgorithm Md5 = Cryptographic("md5", MD5.HashSizeInBytes, HashAlgorithmName.MD5);
    public static readonly ChecksumAlgorithm Crc32C = new("crc32c", Crc32CHash.Size, () => new(new Crc32CHash()));
    public static readonly ChecksumAlgorithm XxHash128 = new("xxh128", 16, () => new(new XxHash128()));

    /// <summary>In the order in which they are advertised.</summary>
    public static IReadOnlyList<ChecksumAlgorithm> All { get; } = [Sha1, Sha256, Sha512, Md5, Crc32C, XxHash128];

    private static readonly FrozenDictionary<string, ChecksumAlgorithm> ByName =
        All.ToFrozenDictionary(one => one.Name, StringComparer.Ordinal);

    /// <summary>Null when there is none of that name.</summary>
    public static ChecksumAlgorithm? Find(string name) => ByName.GetValueOrDefault(name);

    private static ChecksumAlgorithm Cryptographic(string name, int size, HashAlgorithmName hash) =>
        new(name, size, () => new(IncrementalHash.CreateHash(hash)));
}
