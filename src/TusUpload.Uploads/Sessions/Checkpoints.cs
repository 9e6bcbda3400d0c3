using System.Threading.Channels;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// Commits the offsets of running uploads: bytes to the disk first, then all of the node's durable spans in one statement. An upload whose content is slow
/// or stands still holds up nobody else's. Each upload has at most one span here, so the work is bounded by the number of running bodies.
/// </summary>
internal sealed partial class Checkpoints(
    SessionCommits commits, LocalNode node, IOptions<ExpiryOptions> expiry, TimeProvider time, ILogger<Checkpoints> logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterTrouble = TimeSpan.FromSeconds(1);

    private readonly Channel<Checkpoint> _waiting = Channel.CreateUnbounded<Checkpoint>(new() { SingleReader = true });
    private readonly Channel<Checkpoint> _durable = Channel.CreateUnbounded<Checkpoint>(new() { SingleReader = true });

    // Flushes that run, and one more until no other will come.
    private int _flushes = 1;

    /// <summary>Hands a span over; <see cref="Checkpoint.Done"/> tells what came of it.</summary>
    public void Add(Checkpoint checkpoint) => _waiting.Writer.TryWrite(checkpoint);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(FlushAsync(), CommitAsync());

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Kestrel has been stopped before: no writer is left that would add another.
        _waiting.Writer.TryComplete();
        await base.StopAsync(cancellationToken);
    }

    private async Task FlushAsync()
    {
        await foreach (var checkpoint in _waiting.Reader.ReadAllAsync(CancellationToken.None))
        {
            // Nobody waits for another's; a disk has a limit of its own.
            Interlocked.Increment(ref _flushes);
            _ = Task.Run(() => FlushAsync(checkpoint));
        }

        EndFlush();
    }

    private async Task FlushAsync(Checkpoint checkpoint)
    {
        if (await IsDurableAsync(checkpoint))
        {
            _durable.Writer.TryWrite(checkpoint);
        }

        EndFlush();
    }

    private void EndFlush()
    {
        if (Interlocked.Decrement(ref _flushes) == 0)
        {
            _durable.Writer.Complete();
        }
    }

    private async Task CommitAsync()
    {
        while (await _durable.Reader.WaitToReadAsync(CancellationToken.None))
        {
            var batch = new List<Checkpoint>();
            while (_durable.Reader.TryRead(out var checkpoint))
            {
                batch.Add(checkpoint);
            }

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

    private async Task CommitAsync(List<Checkpoint> batch)
    {
        // No token: the limit is the command's own timeout, and a span that is durable should become true even while the host stops.
        var now = time.GetUtcNow();
        var committed = await commits.CheckpointAsync(
            node.Id, [.. batch.Select(entry => (entry.Lease, entry.Span))], now, now + expiry.Value.ExpiresAfter, CancellationToken.None);
        batch.ForEach(checkpoint => checkpoint.Finish(committed.Contains(checkpoint.Lease.Id)));
    }

    // Where the database took the first try and only its answer was lost, the fence refuses the second: the client asks for the offset then.
    private void TryAgain(Checkpoint checkpoint, Exception trouble)
    {
        if (!_durable.Writer.TryWrite(checkpoint))
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
