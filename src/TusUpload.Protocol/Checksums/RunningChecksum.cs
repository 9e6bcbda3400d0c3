using System.IO.Hashing;
using System.Security.Cryptography;

namespace TusUpload.Protocol.Checksums;

/// <summary>A checksum on its way.</summary>
public sealed class RunningChecksum : IDisposable
{
    private readonly IncrementalHash? _cryptographic;
    private readonly NonCryptographicHashAlgorithm? _plain;

    internal RunningChecksum(IncrementalHash hash) => _cryptographic = hash;

    internal RunningChecksum(NonCryptographicHashAlgorithm hash) => _plain = hash;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        _cryptographic?.AppendData(bytes);
        _plain?.Append(bytes);
    }

    /// <summary>The checksum of all bytes so far, <see cref="ChecksumAlgorithm.Size"/> of them.</summary>
    public byte[] Finish() => _cryptographic?.GetHashAndReset() ?? _plain!.GetHashAndReset();

    public void Dispose() => _cryptographic?.Dispose();
}
