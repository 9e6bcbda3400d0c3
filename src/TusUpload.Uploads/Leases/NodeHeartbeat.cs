using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Data.Nodes;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// Says that this node lives. When it could not for too long, its writers stop by this node's own clock before another node may take their uploads
/// over; their commits would be fenced anyway, but their clients would go on sending in vain.
/// </summary>
internal sealed partial class NodeHeartbeat(
    LocalNode node, NodeHeartbeats heartbeats, Writers writers, IOptions<LeaseOptions> options, TimeProvider time, ILogger<NodeHeartbeat> logger)
    : BackgroundService
{
    private readonly DateTimeOffset _startedAt = time.GetUtcNow();

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await BeatAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await heartbeats.LeaveAsync(node.Id, cancellationToken);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            // The row falls by itself when its heartbeat grows old.
            LogMissed(trouble);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.HeartbeatPeriod, time);
        var lastBeat = time.GetTimestamp();
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Taken before the statement: the database's row is at least as young as this.
            var begun = time.GetTimestamp();
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            // Once the writers have stopped nothing hurries, and a beat needs time to come back.
            limit.CancelAfter(Remaining(lastBeat) is { Ticks: > 0 } left ? left : options.Value.HeartbeatPeriod);
            try
            {
                await BeatAsync(limit.Token);
                lastBeat = begun;
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                LogMissed(trouble);
                if (Remaining(lastBeat) <= TimeSpan.FromMilliseconds(1))
                {
                    writers.StopAll();
                }
            }
        }
    }

    private TimeSpan Remaining(long lastBeat) => options.Value.WriterLimit - time.GetElapsedTime(lastBeat);

    private Task BeatAsync(CancellationToken cancellationToken) =>
        heartbeats.BeatAsync(node.Id, Environment.MachineName, Environment.ProcessId, _startedAt, cancellationToken);

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "The node's heartbeat could not be written")]
    private partial void LogMissed(Exception trouble);
}
