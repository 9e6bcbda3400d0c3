using System.Buffers;
using System.IO.Pipelines;

namespace TusUpload.Protocol.Bodies;

/// <summary>
/// A request body that ends instead of failing: whatever goes wrong on the network becomes a <see cref="BodyEnd"/>. One reader; <see
/// cref="Stop"/> may be called from any thread.
/// </summary>
public sealed class TusBody(PipeReader reader, long? length)
{
    private int _end;

    /// <summary>Content-Length; null for a chunked body.</summary>
    public long? Length => length;

    /// <summary>Bytes that may be taken. A longer body ends with <see cref="BodyEnd.TooLong"/>, its excess unread.</summary>
    public long Limit { get; set; } = long.MaxValue;

    /// <summary>Bytes handed out so far.</summary>
    public long Received { get; private set; }

    /// <summary>Why no more bytes come.</summary>
    public BodyEnd End => (BodyEnd)Volatile.Read(ref _end);

    /// <summary>
    /// Waits for bytes. An empty result means the end, see <see cref="End"/>. The result is valid until <see cref="Advance"/>, which must
    /// follow every read that was not empty.
    /// </summary>
    public async ValueTask<ReadOnlySequence<byte>> ReadAsync()
    {
        while (End == BodyEnd.None)
        {
            ReadResult read;
            try
            {
                // No token: Stop wakes the read without losing what the pipe holds.
                read = await reader.ReadAsync(CancellationToken.None);
            }
            catch (Exception trouble) when (trouble is IOException or OperationCanceledException)
            {
                Stop(BodyEnd.ClientGone);
                break;
            }

            if (read.IsCanceled)
            {
                reader.AdvanceTo(read.Buffer.Start);
                continue;
            }

            if (read.Buffer.IsEmpty)
            {
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    Stop(BodyEnd.Completed);
                }

                continue;
            }

            var room = Limit - Received;
            if (room == 0)
            {
                reader.AdvanceTo(read.Buffer.Start);
                Stop(BodyEnd.TooLong);
                break;
            }

            var taken = read.Buffer.Length > room ? read.Buffer.Slice(0, room) : read.Buffer;
            Received += taken.Length;
            return taken;
        }

        return ReadOnlySequence<byte>.Empty;
    }

    /// <summary>Gives the bytes of the last read back to the pool.</summary>
    public void Advance(ReadOnlySequence<byte> taken) => reader.AdvanceTo(taken.End);

    /// <summary>Ends the body from outside; the reader wakes. The first reason stays.</summary>
    public void Stop(BodyEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, (int)reason, (int)BodyEnd.None) == (int)BodyEnd.None)
        {
            reader.CancelPendingRead();
        }
    }
}
