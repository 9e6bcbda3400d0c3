using TusUpload.Data.Content;

namespace TusUpload.Uploads.Content;

/// <summary>An upload's first bytes from rows, one row in memory at a time.</summary>
internal sealed class RowsStream : ContentStream
{
    private readonly ContentRows _rows;
    private readonly Guid _uploadId;
    private ReadOnlyMemory<byte> _row;
    private long _rowStart;

    private RowsStream(ContentRows rows, Guid uploadId, long length) => (_rows, _uploadId, Length) = (rows, uploadId, length);

    public override long Length { get; }

    public override long Position { get; set; }

    /// <summary>Throws <see cref="FileNotFoundException"/> when the first bytes are not there.</summary>
    public static async ValueTask<Stream> OpenAsync(ContentRows rows, Guid uploadId, long length, CancellationToken cancellationToken)
    {
        var stream = new RowsStream(rows, uploadId, length);
        await stream.FetchAsync(cancellationToken);
        return stream;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || Position >= Length)
        {
            return 0;
        }

        if (Position < _rowStart || Position >= _rowStart + _row.Length)
        {
            await FetchAsync(cancellationToken);
        }

        var bytes = _row[(int)(Position - _rowStart)..];
        bytes = bytes[..(int)Math.Min(Math.Min(bytes.Length, buffer.Length), Length - Position)];
        bytes.CopyTo(buffer);
        Position += bytes.Length;
        return bytes.Length;
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        _row = await _rows.ReadAsync(_uploadId, Position, cancellationToken) ?? throw new FileNotFoundException("Bytes are gone from the database.");
        _rowStart = Position;
    }
}
