using System.Buffers;

using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.Uploads.Rules;

/// <summary>
/// The first bytes of an upload, kept until it is known what they are: at most 4 KiB, from a pool. They are judged before they are
/// written. What is decided stays decided, and later bytes are not looked at.
/// </summary>
internal sealed class FirstBytes(UploadRules rules, TypeClaim claim) : IDisposable
{
    /// <summary>As many as are looked at.</summary>
    public const int Most = 4096;

    // Before, what begins like one format may turn out to be another: a tar archive shows itself after the name of its first file.
    private const int Least = 512;

    private byte[]? _bytes = ArrayPool<byte>.Shared.Rent(Most);
    private int _count;

    /// <summary>Null while they may be kept.</summary>
    public TusError? Refusal { get; private set; }

    /// <summary>What they are, once that is decided.</summary>
    public FileType? Type { get; private set; }

    /// <summary>Takes the bytes that come next; false: they must not be kept.</summary>
    public bool Take(in ReadOnlySequence<byte> next)
    {
        foreach (var block in next)
        {
            if (_bytes is null)
            {
                break;
            }

            Take(block.Span);
        }

        return Refusal is null;
    }

    /// <summary>Takes bytes that were kept before.</summary>
    public async ValueTask ReadAsync(Stream kept, int length, CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            await kept.ReadExactlyAsync(bytes.AsMemory(0, length), cancellationToken);
            Take(bytes.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Take(ReadOnlySpan<byte> next)
    {
        if (_bytes is null)
        {
            return;
        }

        next = next[..Math.Min(next.Length, Most - _count)];
        next.CopyTo(_bytes.AsSpan(_count));
        _count += next.Length;
        if (_count >= Least)
        {
            Judge(isAll: _count == Most);
        }
    }

    /// <summary>The upload has no more than these.</summary>
    public TusError? End()
    {
        Judge(isAll: true);
        return Refusal;
    }

    public void Dispose()
    {
        if (_bytes is { } bytes)
        {
            _bytes = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private void Judge(bool isAll)
    {
        if (_bytes is null)
        {
            return;
        }

        var sniffed = TypeSniffer.Sniff(_bytes.AsSpan(0, _count));
        if (!isAll && (!sniffed.Type.IsKnown || sniffed.Type.MayBeMore))
        {
            return;
        }

        (Type, Refusal) = (sniffed.Type, rules.CheckSniffed(sniffed, claim));
        Dispose();
    }
}
