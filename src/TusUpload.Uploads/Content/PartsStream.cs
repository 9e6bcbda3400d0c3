using TusUpload.Data.Sessions;

namespace TusUpload.Uploads.Content;

/// <summary>
/// The bytes of several complete uploads, one upload after another, with one of them open at a time. Reads forward only. A part that is gone
/// is a <see cref="FileNotFoundException"/> when it is its turn; one that is cut short an <see cref="InvalidDataException"/>.
/// </summary>
public sealed class PartsStream : Stream
{
    private readonly IUploadContent _content;
    private readonly IReadOnlyList<UploadPart> _parts;
    private Stream? _open;
    private int _next;
    private long _left;

    private PartsStream(IUploadContent content, IReadOnlyList<UploadPart> parts) => (_content, _parts) = (content, parts);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => _parts.Sum(part => part.Size);

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the first part that has bytes, so that content that is gone is noticed at once.</summary>
    public static async ValueTask<Stream> OpenAsync(IUploadContent content, IReadOnlyList<UploadPart> parts, CancellationToken cancellationToken)
    {
        var stream = new PartsStream(content, parts);
        await stream.OpenNextAsync(cancellationToken);
        return stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || (_left == 0 && !await OpenNextAsync(cancellationToken)))
        {
            return 0;
        }

        // What lies behind a part's length was never committed.
        var read = await _open!.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        if (read == 0)
        {
            throw new InvalidDataException($"Part {_parts[_next - 1].Id} ends {_left} bytes early.");
        }

        _left -= read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        _open?.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<bool> OpenNextAsync(CancellationToken cancellationToken)
    {
        await CloseAsync();
        while (_next < _parts.Count)
        {
            var part = _parts[_next++];
            if (part.Size > 0)
            {
                _open = await _content.OpenReadAsync(part.Id, part.Size, cancellationToken);
                _left = part.Size;
                return true;
            }
        }

        return false;
    }

    private async ValueTask CloseAsync()
    {
        if (_open is { } open)
        {
            _open = null;
            await open.DisposeAsync();
        }
    }
}
