using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Progress;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// One writer per upload within this process. A newer request wins: it asks the running writer to let go, which stops reading, saves what it has
/// and leaves. Across processes the lease in the database does the same, and its epoch fences whoever did not hear. Users do not meet here: who
/// asks for somebody else's upload stops nobody and finds nothing, as the database will tell.
/// </summary>
internal sealed class Writers(IOptions<LeaseOptions> options, NodeLife life, TimeProvider time)
{
    // A client whose connection broke may come back before the server has seen it break. Then the running writer leaves by itself within a moment,
    // and the refusal can tell where it got to: TUSKit goes on from there, and gives up where it is told what it knows.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(250);

    private long _turns;
    private readonly ConcurrentDictionary<(Guid UploadId, string UploaderId), Writer> _running = new();

    /// <summary>This user's running writer; null when there is none.</summary>
    public Writer? Find(Guid uploadId, string uploaderId) => _running.GetValueOrDefault((uploadId, uploaderId));

    /// <summary>
    /// Enters as the one writer; dispose the result to leave. A running one that does not let go in time, or that came after this request, refuses it
    /// with <see cref="TusError.Locked"/>; one that stands elsewhere than this request believes, with <see cref="TusError.OffsetMismatch"/>:
    /// a late request of a connection that was cut must not end the live one. Nor must it, while it only claims to stand somewhere, have the live one
    /// refused: what has not got its lease yet is waited for.
    /// </summary>
    /// <param name="body">What a newer request stops; null for a writer without one, which is short.</param>
    /// <param name="offset">Where the request believes the upload stands; null where that does not matter.</param>
    public async ValueTask<(Writer? Writer, TusError? Refusal)> EnterAsync(Guid uploadId, string uploaderId, TusBody? body, long? offset)
    {
        var writer = new Writer(this, uploadId, uploaderId, body) { Life = life.Current, Start = offset, Turn = Interlocked.Increment(ref _turns) };
        var deadline = Deadline();
        while (!_running.TryAdd((uploadId, uploaderId), writer))
        {
            if (Find(uploadId, uploaderId) is not { } running)
            {
                continue;
            }

            if (offset is { } believed && running.Start is not null && running.Offset != believed)
            {
                if (await HearAsync(running, deadline) is { } refusal)
                {
                    return (null, refusal);
                }

                continue;
            }

            if (running.Turn > writer.Turn || !await LetGoAsync(running, deadline))
            {
                return (null, TusError.Locked);
            }
        }

        return (writer, null);
    }

    /// <summary>
    /// Asks this user's running writer, if any, to let go, where it stands at <paramref name="offset"/>. Null when there is none any more; otherwise why
    /// not, see <see cref="EnterAsync"/>.
    /// </summary>
    /// <param name="offset">Null where that does not matter.</param>
    public async ValueTask<TusError?> StopAsync(Guid uploadId, string uploaderId, long? offset = null)
    {
        var deadline = Deadline();
        while (Find(uploadId, uploaderId) is { } running)
        {
            if (offset is null || running.Start is null || running.Offset == offset)
            {
                return await LetGoAsync(running, deadline) ? null : TusError.Locked;
            }

            if (await HearAsync(running, deadline) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>Asks every writer to let go, as when this node may no longer hold leases.</summary>
    public void StopAll()
    {
        foreach (var writer in _running.Values)
        {
            writer.Body?.Stop(BodyEnd.TakenOver);
        }
    }

    private bool Holds(int entered, long now) => life.Holds(entered, now);

    private void Leave(Writer writer) => _running.TryRemove(KeyValuePair.Create((writer.UploadId, writer.UploaderId), writer));

    /// <summary>Of one that stands elsewhere than is believed: null when it has left, or has begun and now stands where it says.</summary>
    private async ValueTask<TusError?> HearAsync(Writer running, long deadline) => running.HasBegun
        ? await WaitAsync(running.Left, Math.Min(deadline, Deadline(Moment))) ? null : TusError.OffsetMismatch
        : await WaitAsync(running.Begun, deadline) ? null : TusError.Locked;

    private ValueTask<bool> LetGoAsync(Writer running, long deadline)
    {
        running.Body?.Stop(BodyEnd.TakenOver);
        return WaitAsync(running.Left, deadline);
    }

    private async ValueTask<bool> WaitAsync(Task awaited, long deadline)
    {
        if (awaited.IsCompleted)
        {
            return true;
        }

        var left = time.GetElapsedTime(time.GetTimestamp(), deadline);
        if (left <= TimeSpan.Zero)
        {
            return false;
        }

        try
        {
            await awaited.WaitAsync(left, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private long Deadline() => Deadline(options.Value.TakeOverWait);

    private long Deadline(TimeSpan wait) => time.GetTimestamp() + (long)(wait.TotalSeconds * time.TimestampFrequency);

    /// <summary>The right to write one upload in this process.</summary>
    internal sealed class Writer(Writers writers, Guid uploadId, string uploaderId, TusBody? body) : IDisposable
    {
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private TaskCompletionSource? _begun;
        private LiveUpload? _live;

        public Guid UploadId => uploadId;

        public string UploaderId => uploaderId;

        public TusBody? Body => body;

        /// <summary>Completes when the writer has left.</summary>
        public Task Left => _left.Task;

        /// <summary>Which request of this process it is; a later one has a larger number.</summary>
        public long Turn { get; init; }

        /// <summary>The node's life that it entered in, before it took its lease.</summary>
        public int Life { get; init; }

        /// <summary>Whether the node may still hold its lease at <paramref name="now"/>, a timestamp: else it writes nothing more.</summary>
        public bool MayWrite(long now) => writers.Holds(Life, now);

        /// <summary>Where its request began; null where that does not matter.</summary>
        public long? Start { get; init; }

        /// <summary>What has been received; null while it has no lease.</summary>
        public LiveUpload? Live
        {
            get => Volatile.Read(ref _live);
            set
            {
                Volatile.Write(ref _live, value);
                Interlocked.MemoryBarrier();
                Volatile.Read(ref _begun)?.TrySetResult();
            }
        }

        /// <summary>It has its lease, so it stands where it says.</summary>
        public bool HasBegun => Live is not null;

        /// <summary>Completes when it has begun, or left without. Made for who asks: most writers are never waited for.</summary>
        public Task Begun
        {
            get
            {
                var begun = Volatile.Read(ref _begun)
                    ?? Interlocked.CompareExchange(ref _begun, new(TaskCreationOptions.RunContinuationsAsynchronously), null)
                    ?? _begun!;
                if (HasBegun || Left.IsCompleted)
                {
                    begun.TrySetResult();
                }

                return begun.Task;
            }
        }

        /// <summary>
        /// Where it stands, committed or not; where it claims to stand while it has not begun. A body with a checksum stands where it began, as nothing
        /// of it is kept before its end.
        /// </summary>
        public long? Offset => Body?.Checksum is null ? Live?.Offset ?? Start : Start;

        public void Dispose()
        {
            writers.Leave(this);
            _left.TrySetResult();
            Volatile.Read(ref _begun)?.TrySetResult();
        }
    }
}
