using System.Buffers;
using System.IO.Pipelines;

namespace TusUpload.Server.Api.Archives;

/// <summary>
/// What an archive is written to. The few bytes after each entry come synchronously, which an answer does not take: they wait for the next bytes, or for
/// the end. A ZipArchive ends what it began even where an entry could not be finished; after <see cref="OrBreakAsync"/> nothing of that is sent.
/// </summary>
internal sealed class ArchiveSink(PipeWriter answer) : Stream
{
    private bool _isBroken;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Where the work fails, what was sent so far is all there will be.</summary>
    public async Task OrBreakAsync(Task work)
    {
        try
        {
            await work;
        }
        catch
        {
            _isBroken = true;
            throw;
        }
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (!_isBroken)
        {
            answer.Write(buffer);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isBroken)
        {
            await answer.WriteAsync(buffer, cancellationToken);
        }
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        if (!_isBroken)
        {
            await answer.FlushAsync(cancellationToken);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
