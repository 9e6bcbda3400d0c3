using System.Buffers;
using System.Net;

namespace TusUpload.Uploads.Content;

/// <summary>The rest of a stream, so many bytes of it, as the body of a request. It tells a <see cref="Silence"/> of every piece that went.</summary>
public sealed class StreamBody(Stream bytes, long count, Silence silence) : HttpContent
{
    private const int Piece = 128 * 1024;

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Piece);
        try
        {
            for (var left = count; left > 0;)
            {
                var read = await bytes.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Piece, left)), cancellationToken);
                if (read == 0)
                {
                    throw new InvalidDataException($"The content ends {left} bytes early.");
                }

                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                silence.Moved();
                left -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override bool TryComputeLength(out long length)
    {
        length = count;
        return true;
    }
}
