using System.Threading.Channels;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Commits the offsets of running uploads: bytes to the disk first, then all of the node's waiting spans in one statement. Each upload has at most
/// one span here, so the work is bounded by the number of running bodies.
/// </summary>
internal sealed partial class Checkpoints(
    SessionCommits commits, LocalNode node, IOptions<ExpiryOptions> expiry, TimeProvider time, ILogger<Checkpoints> logger) : BackgroundService
{
    private static readonly ParallelOptions Flushes = new() { MaxDegreeOfParallelism = 8 };
    private static readonly TimeSpan PauseAfterTrouble = TimeSpan.FromSeconds(1);

    private readonly Channel<Checkpoint> _waiting = Channel.CreateUnbounded<Checkpoint>(new() { SingleReader = true });

    /// <summary>Hands a span over; <see cref="Checkpoint.Done"/> tells what came of it.</summary>
    public void Add(Checkpoint checkpoint) => _waiting.Writer.TryWrite(checkpoint);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = await TakeDurableAsync();
            try
            {
                await CommitAsync(batch);
            }
            catch (Exception trouble)
            {
                LogFailed(trouble, batch.Count);
                await Task.Delay(PauseAfterTrouble, time, CancellationToken.None);
                batch.ForEach(checkpoint => TryAgain(checkpoint, trouble));
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Kestrel has been stopped before: no writer is left that would add another.
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    // A disk takes several syncs in the time of one, and one that is slow holds up fewer.
    private async Task<List<Checkpoint>> TakeDurableAsync()
    {
        var taken = new List<Checkpoint>();
        while (_waiting.Reader.TryRead(out var checkpoint))
        {
            taken.Add(checkpoint);
        }

        var durable = new bool[taken.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, taken.Count), Flushes, async (index, _) => durable[index] = await IsDurableAsync(taken[index]));
        return [.. taken.Where((_, index) => durable[index])];
    }

    private async Task CommitAsync(List<Checkpoint> batch)
    {
        if (batch.Count == 0)
        {
            return;
        }

        // No token: the limit is the command's own timeout, and a span that is durable should become true even while the host stops.
        var now = time.GetUtcNow();
        var committed = await commits.CheckpointAsync(
            node.Id, [.. batch.Select(entry => (entry.Lease, entry.Span))], now, now + expiry.Value.ExpiresAfter, CancellationToken.None);
        batch.ForEach(checkpoint => checkpoint.Finish(committed.Contains(checkpoint.Lease.Id)));
    }

    // Where the database took the first try and only its answer was lost, the fence refuses the second: the client asks for the offset then.
    private void TryAgain(Checkpoint checkpoint, Exception trouble)
    {
        if (!_waiting.Writer.TryWrite(checkpoint))
        {
            checkpoint.Fail(trouble);
        }
    }

    private static async Task<bool> IsDurableAsync(Checkpoint checkpoint)
    {
        try
        {
            await checkpoint.Content.FlushAsync(CancellationToken.None);
            return true;
        }
        catch (Exception trouble)
        {
            // After a failed sync nobody knows which bytes the disk has: none of them is committed.
            checkpoint.Fail(trouble);
            return false;
        }
    }

    [LoggerMessage(EventId = 2201, Level = LogLevel.Warning, Message = "The offsets of {Count} running uploads could not be committed")]
    private partial void LogFailed(Exception trouble, int count);
}
