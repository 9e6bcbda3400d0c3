using System.Buffers;
using System.IO.Hashing;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Checksums;
using TusUpload.Uploads.Content;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Whether a body is what its client says. What is hashed anyway is not hashed again: the span has its XXH128, and a digest that began with
/// the body is the body's SHA-256. Any other algorithm is made while the bytes arrive; one that is named only after them, from the bytes that
/// were written, which the page cache has. Where they cannot be read back, each that it may be is made.
/// </summary>
/// <param name="checksum">Null where there is nothing to check.</param>
/// <param name="span">Has seen the body and nothing else.</param>
/// <param name="digest">Null unless it has seen the body and nothing else.</param>
/// <param name="canReadBack">See <see cref="IContentWriter.CanReadBack"/>.</param>
internal sealed class BodyCheck(BodyChecksum? checksum, XxHash128 span, RunningDigest? digest, bool canReadBack) : IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly (ChecksumAlgorithm Algorithm, RunningChecksum Running)[] _own = checksum is null
        ? []
        : [.. Candidates(checksum, canReadBack).Where(one => !IsMade(one, digest)).Select(one => (one, one.Start()))];

    /// <summary>True: all of the body is kept or nothing, so none of it before it was checked.</summary>
    public bool IsNeeded => checksum is not null;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var (_, running) in _own)
        {
            running.Append(bytes);
        }
    }

    /// <summary>False: nothing of the body may be kept. <see cref="BodyChecksum.Refusal"/> tells why, of one that came whole.</summary>
    public async ValueTask<bool> PassesAsync(TusBody body, IUploadContent content, Guid uploadId, long start)
    {
        if (checksum is null)
        {
            return true;
        }

        return body.End == BodyEnd.Completed
            && checksum.TryArrive()
            && checksum.Check(
                Made(checksum.Algorithm!) ?? await ReadBackAsync(checksum.Algorithm!, content, uploadId, start, body.Received));
    }

    /// <summary>The same for a whole body that nothing came of.</summary>
    public static bool PassesEmpty(TusBody body)
    {
        if (body.Checksum is not { } checksum)
        {
            return true;
        }

        if (!checksum.TryArrive())
        {
            return false;
        }

        using var nothing = checksum.Algorithm!.Start();
        return checksum.Check(nothing.Finish());
    }

    public void Dispose()
    {
        foreach (var (_, running) in _own)
        {
            running.Dispose();
        }
    }

    private static IEnumerable<ChecksumAlgorithm> Candidates(BodyChecksum checksum, bool canReadBack) => checksum.Algorithm is { } named
        ? [named]
        : canReadBack ? [] : ChecksumAlgorithms.All;

    private static bool IsMade(ChecksumAlgorithm algorithm, RunningDigest? digest) =>
        algorithm == ChecksumAlgorithms.XxHash128 || (algorithm == ChecksumAlgorithms.Sha256 && digest is not null);

    private byte[]? Made(ChecksumAlgorithm algorithm)
    {
        if (IsMade(algorithm, digest))
        {
            return algorithm == ChecksumAlgorithms.XxHash128 ? span.GetCurrentHash() : digest!.Current();
        }

        return _own.FirstOrDefault(own => own.Algorithm == algorithm).Running?.Finish();
    }

    private static async Task<byte[]> ReadBackAsync(
        ChecksumAlgorithm algorithm, IUploadContent content, Guid uploadId, long start, long length)
    {
        using var running = algorithm.Start();
        if (length == 0)
        {
            return running.Finish();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var written = await content.OpenReadAsync(uploadId, start + length, CancellationToken.None);
            written.Position = start;
            for (var left = length; left > 0;)
            {
                var piece = buffer.AsMemory(0, (int)Math.Min(BufferSize, left));
                await written.ReadExactlyAsync(piece, CancellationToken.None);
                running.Append(piece.Span);
                left -= piece.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return running.Finish();
    }
}
