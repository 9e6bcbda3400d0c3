using System.IO.Hashing;
using System.IO.Pipelines;

using TusUpload.Protocol.Bodies;
using TusUpload.Server.Setup.SocketPool;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Sessions;

namespace TusUpload.Benchmarks.Work;

/// <summary>
/// A body as an append takes it: 1 MiB in blocks of a socket through a pipe, to the content where there is one, with the checksums that are
/// asked for. In one thread, so that it is the work that is measured and not the waiting.
/// </summary>
internal sealed class AppendWork : IDisposable
{
    public const int Size = 1 << 20;
    private const int Block = 64 * 1024;

    private readonly byte[] _block = new byte[Block];
    private readonly SocketMemoryPool _pool = new(new SocketBlocks(Block, maxIdle: 8));
    private readonly XxHash128 _checksum = new();
    private readonly RunningDigest _digest = new();
    private readonly PipeOptions _options;
    private readonly bool _withChecksum;
    private readonly bool _withDigest;
    private readonly IContentWriter? _content;

    public AppendWork(bool checksum, bool digest, IContentWriter? content)
    {
        (_withChecksum, _withDigest, _content) = (checksum, digest, content);

        // No threshold: one thread writes and reads in turn, and a writer that waits would wait for ever.
        _options = new PipeOptions(
            _pool, PipeScheduler.Inline, PipeScheduler.Inline, pauseWriterThreshold: 0, minimumSegmentSize: Block, useSynchronizationContext: false);
    }

    public async Task<long> AppendAsync()
    {
        var pipe = new Pipe(_options);
        var body = new TusBody(pipe.Reader, Size);
        for (var sent = 0; sent < Size; sent += Block)
        {
            await pipe.Writer.WriteAsync(_block, CancellationToken.None);
            await TakeAsync(body);
        }

        await pipe.Writer.CompleteAsync();
        await TakeAsync(body);
        await pipe.Reader.CompleteAsync();
        return body.Received;
    }

    public void Dispose()
    {
        _digest.Dispose();
        _pool.Dispose();
    }

    private async Task TakeAsync(TusBody body)
    {
        var bytes = await body.ReadAsync();
        if (bytes.IsEmpty)
        {
            return;
        }

        if (_content is not null)
        {
            await _content.WriteAsync(bytes, body.Received - bytes.Length, CancellationToken.None);
        }

        foreach (var block in bytes)
        {
            if (_withChecksum)
            {
                _checksum.Append(block.Span);
            }

            if (_withDigest)
            {
                _digest.Append(block.Span);
            }
        }

        body.Advance(bytes);
    }
}
