using System.Net.Sockets;

namespace TusUpload.Uploads.Content;

/// <summary>
/// An object's bytes, one ranged request at a time. A connection that breaks, or stands still for too long, is followed by another one where it broke;
/// only so many in a row that bring nothing.
/// </summary>
public abstract class RangedStream(long length, TimeSpan patience) : ContentStream
{
    private const int Attempts = 4;

    private Stream? _answer;
    private long _position;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set
        {
            if (value != _position)
            {
                EndAnswer();
                _position = value;
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= Length)
        {
            return 0;
        }

        for (var attempt = 1; ; attempt++)
        {
            using var silence = new Silence(patience, cancellationToken);
            try
            {
                _answer ??= await OpenAsync(_position, Length, silence.Token) ?? throw new FileNotFoundException("The object is gone.");
                var read = await _answer.ReadAsync(buffer[..(int)Math.Min(buffer.Length, Length - _position)], silence.Token);
                if (read > 0)
                {
                    _position += read;
                    return read;
                }

                throw new EndOfStreamException("The object ended early.");
            }
            catch (Exception trouble) when (attempt < Attempts && IsBroken(trouble) && !cancellationToken.IsCancellationRequested)
            {
                EndAnswer();
            }
            catch (OperationCanceledException trouble) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ContentUnavailableException("The object store has stopped answering.", trouble);
            }
        }
    }

    /// <summary>Asks for the bytes <c>[start, end)</c>; null where the object is gone. Has had its own tries when it throws.</summary>
    protected abstract Task<Stream?> OpenAsync(long start, long end, CancellationToken cancellationToken);

    protected override void Dispose(bool disposing)
    {
        EndAnswer();
        base.Dispose(disposing);
    }

    // Asking has had its own tries; what breaks here is an answer that had begun.
    private static bool IsBroken(Exception trouble) =>
        trouble is (IOException and not ContentUnavailableException and not FileNotFoundException) or HttpRequestException or OperationCanceledException
            or SocketException;

    private void EndAnswer()
    {
        _answer?.Dispose();
        _answer = null;
    }
}
