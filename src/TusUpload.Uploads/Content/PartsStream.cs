using TusUpload.Data.Sessions;

namespace TusUpload.Uploads.Content;

/// <summary>
/// The bytes of several complete uploads, one upload after another, with one of them open at a time. A part that is gone
/// is a <see cref="FileNotFoundException"/> when it is its turn; one that is cut short an <see cref="InvalidDataException"/>.
/// </summary>
public sealed class PartsStream : ContentStream
{
    private readonly IUploadContent _content;
    private readonly IReadOnlyList<UploadPart> _parts;
    private Stream? _open;
    private UploadPart? _part;

    // Where the part that is open ends.
    private long _end;
    private long _position;

    private PartsStream(IUploadContent content, IReadOnlyList<UploadPart> parts) =>
        (_content, _parts, Length) = (content, parts, parts.Sum(part => part.Size));

    public override long Length { get; }

    public override long Position
    {
        get => _position;
        set
        {
            if (value != _position)
            {
                EndPart();
                _position = value;
            }
        }
    }

    /// <summary>Opens the first part that has bytes, so that content that is gone is noticed at once.</summary>
    public static async ValueTask<Stream> OpenAsync(IUploadContent content, IReadOnlyList<UploadPart> parts, CancellationToken cancellationToken)
    {
        var stream = new PartsStream(content, parts);
        await stream.OpenPartAsync(cancellationToken);
        return stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || ((_open is null || _position == _end) && !await OpenPartAsync(cancellationToken)))
        {
            return 0;
        }

        // What lies behind a part's length was never committed.
        var read = await _open!.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _end - _position)], cancellationToken);
        if (read == 0)
        {
            throw new InvalidDataException($"Part {_part!.Id} ends {_end - _position} bytes early.");
        }

        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        EndPart();
        base.Dispose(disposing);
    }

    /// <summary>Opens the part that holds the position; false at the end of all.</summary>
    private async ValueTask<bool> OpenPartAsync(CancellationToken cancellationToken)
    {
        EndPart();
        var start = 0L;
        foreach (var part in _parts)
        {
            if (_position < start + part.Size)
            {
                _open = await _content.OpenReadAsync(part.Id, part.Size, cancellationToken);
                (_part, _end) = (part, start + part.Size);
                if (_position > start)
                {
                    _open.Position = _position - start;
                }

                return true;
            }

            start += part.Size;
        }

        return false;
    }

    private void EndPart()
    {
        _open?.Dispose();
        _open = null;
    }
}
