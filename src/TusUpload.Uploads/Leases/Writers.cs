using System.Collections.Concurrent;

using Microsoft.Extensions.Options;

using TusUpload.Protocol.Bodies;
using TusUpload.Uploads.Progress;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// One writer per upload within this process. A newer request wins: it asks the running writer to let go, which stops reading, saves what it has
/// and leaves. Across processes the lease in the database does the same, and its epoch fences whoever did not hear. Users do not meet here: who
/// asks for somebody else's upload stops nobody and finds nothing, as the database will tell.
/// </summary>
internal sealed class Writers(IOptions<LeaseOptions> options, TimeProvider time)
{
    private readonly ConcurrentDictionary<(Guid UploadId, string UserId), Writer> _running = new();

    /// <summary>This user's running writer; null when there is none.</summary>
    public Writer? Find(Guid uploadId, string userId) => _running.GetValueOrDefault((uploadId, userId));

    /// <summary>Enters as the one writer; null when the running one did not let go in time. Dispose to leave.</summary>
    /// <param name="body">What a newer request stops; null for a writer without one, which is short.</param>
    public async ValueTask<Writer?> EnterAsync(Guid uploadId, string userId, TusBody? body)
    {
        var writer = new Writer(this, uploadId, userId, body);
        var deadline = time.GetTimestamp() + (long)(options.Value.TakeOverWait.TotalSeconds * time.TimestampFrequency);
        while (!_running.TryAdd((uploadId, userId), writer))
        {
            if (Find(uploadId, userId) is { } running && !await LetGoAsync(running, deadline))
            {
                return null;
            }
        }

        return writer;
    }

    /// <summary>Asks this user's running writer, if any, to let go; false when it did not in time.</summary>
    public async ValueTask<bool> StopAsync(Guid uploadId, string userId)
    {
        if (Find(uploadId, userId) is not { } running)
        {
            return true;
        }

        return await LetGoAsync(running, time.GetTimestamp() + (long)(options.Value.TakeOverWait.TotalSeconds * time.TimestampFrequency));
    }

    /// <summary>Asks every writer to let go, as when this node may no longer hold leases.</summary>
    public void StopAll()
    {
        foreach (var writer in _running.Values)
        {
            writer.Body?.Stop(BodyEnd.TakenOver);
        }
    }

    private void Leave(Writer writer) => _running.TryRemove(KeyValuePair.Create((writer.UploadId, writer.UserId), writer));

    private async ValueTask<bool> LetGoAsync(Writer running, long deadline)
    {
        running.Body?.Stop(BodyEnd.TakenOver);
        if (running.Left.IsCompleted)
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
            await running.Left.WaitAsync(left, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>The right to write one upload in this process.</summary>
    internal sealed class Writer(Writers writers, Guid uploadId, string userId, TusBody? body) : IDisposable
    {
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid UploadId => uploadId;

        public string UserId => userId;

        public TusBody? Body => body;

        /// <summary>Completes when the writer has left.</summary>
        public Task Left => _left.Task;

        /// <summary>Where it stands; null while it has not begun.</summary>
        public LiveUpload? Live { get; set; }

        public void Dispose()
        {
            writers.Leave(this);
            _left.TrySetResult();
        }
    }
}
