using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;

using TusUpload.Data.Sessions;

namespace TusUpload.Pipeline.Verification;

/// <summary>One sequential read of a content, span after span, with one pooled buffer however large the spans are.</summary>
internal sealed class ContentPass(Stream content, bool withDigest) : IDisposable
{
    private const int BufferSize = 1024 * 1024;
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private readonly XxHash128 _spanHash = new();
    private readonly IncrementalHash? _digest = withDigest ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
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
            var read = await content.ReadAsync(_buffer.AsMemory(0, wanted), cancellationToken);
            if (read == 0)
            {
                throw new ContentCorruptException($"The content ends at {_position}, before the end of the span [{span.Start}, {span.End}).");
            }

            var piece = _buffer.AsSpan(0, read);
            _spanHash.Append(piece);
            _digest?.AppendData(piece);
            _position += read;
        }

        if (!_spanHash.GetHashAndReset().AsSpan().SequenceEqual(span.Checksum))
        {
            throw new ContentCorruptException($"The bytes [{span.Start}, {span.End}) are not those that were received.");
        }
    }

    /// <summary>All of <paramref name="length"/> must have been read. The SHA-256; null when none was asked for.</summary>
    public string? End(long length)
    {
        if (_position != length)
        {
            throw new ContentCorruptException($"The spans hold {_position} bytes of {length}.");
        }

        return _digest is null ? null : Convert.ToHexStringLower(_digest.GetHashAndReset());
    }

    public void Dispose()
    {
        _digest?.Dispose();
        ArrayPool<byte>.Shared.Return(_buffer);
    }
}
