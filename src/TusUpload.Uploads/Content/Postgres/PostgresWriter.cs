using System.Buffers;

using Npgsql;

using TusUpload.Data.Content;

namespace TusUpload.Uploads.Content.Postgres;

/// <summary>
/// Gathers bytes until they are a row, or until they have to last. The buffer grows as bytes come and goes back when they are written, so a slow
/// upload costs little; no connection is held in between. A row that could not be written stays in the buffer: writing it again is the same row.
/// Dying loses the buffer, of which no answer has told.
/// </summary>
internal sealed class PostgresWriter(ContentRows rows, ContentLease lease, long offset) : IContentWriter
{
    private const int FirstSize = 64 * 1024;

    // A checkpoint flushes beside the body's own writing.
    private readonly SemaphoreSlim _turn = new(1);
    private byte[]? _buffer;
    private long _start = offset;
    private int _length;
    private bool _disposed;

    /// <summary>False: what is in the buffer is nowhere else.</summary>
    public bool CanReadBack => false;

    public async ValueTask WriteAsync(ReadOnlySequence<byte> bytes, long position, CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        try
        {
            if (position != _start + _length)
            {
                throw new InvalidOperationException($"Bytes for {position} come where those for {_start + _length} are next.");
            }

            foreach (var block in bytes)
            {
                for (var left = block; !left.IsEmpty;)
                {
                    if (_length == ContentRows.MaxBytes)
                    {
                        await KeepAsync(cancellationToken);
                    }

                    var piece = left[..Math.Min(left.Length, ContentRows.MaxBytes - _length)];
                    piece.CopyTo(Room(piece.Length));
                    _length += piece.Length;
                    left = left[piece.Length..];
                }
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await EnterAsync(cancellationToken);
        try
        {
            await KeepAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync(CancellationToken.None);
        _disposed = true;
        GiveBack();
        _turn.Release();
    }

    private async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        if (_disposed)
        {
            _turn.Release();
            throw new ObjectDisposedException(nameof(PostgresWriter));
        }
    }

    private async ValueTask KeepAsync(CancellationToken cancellationToken)
    {
        if (_length == 0)
        {
            return;
        }

        try
        {
            if (!await rows.InsertAsync(lease.UploadId, lease.Node, lease.Epoch, _start, _buffer.AsMemory(0, _length), cancellationToken))
            {
                throw new ContentFencedException();
            }
        }
        catch (PostgresException trouble) when (trouble.SqlState == PostgresErrorCodes.DiskFull)
        {
            throw new StorageFullException("The disk of the database is full.", trouble);
        }

        _start += _length;
        _length = 0;
        GiveBack();
    }

    private Memory<byte> Room(int wanted)
    {
        if (_buffer is null || _buffer.Length - _length < wanted)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Clamp(Math.Max(_length * 2, _length + wanted), FirstSize, ContentRows.MaxBytes));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            GiveBack();
            _buffer = larger;
        }

        return _buffer.AsMemory(_length);
    }

    private void GiveBack()
    {
        if (_buffer is { } buffer)
        {
            _buffer = null;
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
