using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;

using TusUpload.Data.Sessions;

namespace TusUpload.Pipeline.Verification;

/// <summary>One sequential read of a content, span after span, with one pooled buffer however large the spans are.</summary>
internal sealed class ContentPass(Stream content, bool withSha256, bool withSha512) : IDisposable
{
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(FileReads.BufferSize);
    private readonly XxHash128 _spanHash = new();
    private readonly IncrementalHash? _sha256 = withSha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private readonly IncrementalHash? _sha512 = withSha512 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA512) : null;
    private long _position;

    /// <summary>Reads the next span. Throws <see cref="ContentCorruptException"/> when it is not what was received.</summary>
    public async Task CheckAsync(CommittedSpan span, CancellationToken cancellationToken)
    {
        if (span.Start != _position)
        {
            throw new ContentCorruptException($"The spans leave a gap: {_position} bytes are known, the next span starts at {span.Start}.");
        }

        while (_position < span.End)
        {
            var wanted = (int)Math.Min(_buffer.Length, span.End - _position);
            var read = await FileReads.ReadAsync(content, _buffer.AsMemory(0, wanted), cancellationToken);
            if (read == 0)
            {
                throw new ContentCorruptException($"The content ends at {_position}, before the end of the span [{span.Start}, {span.End}).");
            }

            var piece = _buffer.AsSpan(0, read);
            _spanHash.Append(piece);
            _sha256?.AppendData(piece);
            _sha512?.AppendData(piece);
            _position += read;
        }

        if (!_spanHash.GetHashAndReset().AsSpan().SequenceEqual(span.Checksum))
        {
            throw new ContentCorruptException($"The bytes [{span.Start}, {span.End}) are not those that were received.");
        }
    }

    /// <summary>All of <paramref name="length"/> must have been read. The digests in lower hexadecimal digits; null where none was asked for.</summary>
    public (string? Sha256, string? Sha512) End(long length)
    {
        if (_position != length)
        {
            throw new ContentCorruptException($"The spans hold {_position} bytes of {length}.");
        }

        return (Finish(_sha256), Finish(_sha512));
    }

    public void Dispose()
    {
        _sha256?.Dispose();
        _sha512?.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }

    private static string? Finish(IncrementalHash? digest) => digest is null ? null : Convert.ToHexStringLower(digest.GetHashAndReset());
}
