using System.Buffers;
using System.IO.Pipelines;

using TusUpload.Protocol.Checksums;

namespace TusUpload.Protocol.Bodies;

/// <summary>
/// A request body that ends instead of failing: whatever goes wrong on the network becomes a <see cref="BodyEnd"/>. One reader; <see
/// cref="Stop"/> may be called from any thread.
/// </summary>
public sealed class TusBody(PipeReader reader, long? length)
{
    private readonly Lock _gate = new();
    private int _end;
    private int _waits;
    private long _limit = long.MaxValue;
    private bool _closed;

    /// <summary>Content-Length; null for a chunked body.</summary>
    public long? Length => length;

    /// <summary>What the body must hash to before anything of it is kept; null where its client said nothing.</summary>
    public BodyChecksum? Checksum { get; init; }

    /// <summary>
    /// Bytes that may be taken. A longer body ends with <see cref="BodyEnd.TooLong"/>, its excess unread. Can be narrowed and not widened:
    /// the protocol sets what the largest upload leaves, the store what the upload's own length leaves.
    /// </summary>
    public long Limit
    {
        get => _limit;
        set => _limit = Math.Max(0, Math.Min(_limit, value));
    }

    /// <summary>
    /// Bytes that one request may carry, however many the upload still takes. A longer body ends with <see cref="BodyEnd.Full"/>.
    /// </summary>
    public long Room { get; init; } = long.MaxValue;

    /// <summary>Bytes handed out so far.</summary>
    public long Received { get; private set; }

    /// <summary>Why no more bytes come.</summary>
    public BodyEnd End => (BodyEnd)Volatile.Read(ref _end);

    /// <summary>
    /// Odd while the reader waits for the client, and another number at each wait. So the watch can tell silence on the wire from a store
    /// that is busy, at the cost of two increments per read.
    /// </summary>
    internal int Waits => Volatile.Read(ref _waits);

    /// <summary>
    /// Waits for bytes. An empty result means the end, see <see cref="End"/>. The result is valid until <see cref="Advance"/>, which must
    /// follow every read that was not empty.
    /// </summary>
    public async ValueTask<ReadOnlySequence<byte>> ReadAsync()
    {
        while (End == BodyEnd.None)
        {
            ReadResult read;
            Interlocked.Increment(ref _waits);
            try
            {
                // Stop wakes a reader that it sees waiting, so the reason is looked at once more after the wait can be seen.
                if (End != BodyEnd.None)
                {
                    break;
                }

                // No token: Stop wakes the read without losing what the pipe holds.
                read = await reader.ReadAsync(CancellationToken.None);
            }
            catch (Exception trouble) when (trouble is IOException or OperationCanceledException)
            {
                Finish(BodyEnd.ClientGone);
                break;
            }
            finally
            {
                Interlocked.Increment(ref _waits);
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
                    Finish(BodyEnd.Completed);
                }

                continue;
            }

            var room = Math.Min(Limit, Room) - Received;
            if (room == 0)
            {
                reader.AdvanceTo(read.Buffer.Start);
                Finish(Received == Limit ? BodyEnd.TooLong : BodyEnd.Full);
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

    /// <summary>
    /// Ends the body from outside; the reader wakes. The first reason stays. Nothing happens once the request has been answered.
    /// </summary>
    public void Stop(BodyEnd reason)
    {
        lock (_gate)
        {
            // A reader that does not wait finds the reason by itself; a wake-up it did not need would reach the connection's next request.
            if (_closed || !Finish(reason) || !IsWaiting(Waits))
            {
                return;
            }

            try
            {
                reader.CancelPendingRead();
            }
            catch (Exception trouble) when (trouble is ObjectDisposedException or OperationCanceledException or IOException)
            {
                // The connection broke a moment earlier: the reader wakes by that.
            }
        }
    }

    /// <summary>
    /// Ends the body's life with its request. The server uses one reader for all requests of a connection, so a Stop that came later would
    /// wake a request that has nothing to do with this upload.
    /// </summary>
    internal void Close()
    {
        lock (_gate)
        {
            _closed = true;
        }
    }

    internal static bool IsWaiting(int waits) => (waits & 1) == 1;

    private bool Finish(BodyEnd reason) =>
        Interlocked.CompareExchange(ref _end, (int)reason, (int)BodyEnd.None) == (int)BodyEnd.None;
}
