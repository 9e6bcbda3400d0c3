using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Data.Nodes;

namespace TusUpload.Uploads.Leases;

/// <summary>
/// Says that this node lives, twice per period: one beat that comes late stops nobody. When none came for too long, its writers stop by this node's own
/// clock before another node may take their uploads over; their commits would be fenced anyway, but their clients would go on sending in vain.
/// </summary>
internal sealed partial class NodeHeartbeat(
    LocalNode node, NodeHeartbeats heartbeats, Writers writers, NodeLife life, NodeHeartbeatServices services, ILogger<NodeHeartbeat> logger)
    : BackgroundService
{
    private const int FirstBeats = 5;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    private readonly DateTimeOffset _startedAt = services.Time.GetUtcNow();
    private readonly TimeSpan _interval = services.Options.Value.HeartbeatPeriod / 2;
    private readonly TimeSpan _retry = services.Options.Value.HeartbeatPeriod / 20;
    private bool _hasWarned;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Nodes that start together may find the database, or the pooler before it, busy: a slow first word is no reason not to start.
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await BeatAsync(cancellationToken);
                break;
            }
            catch (Exception trouble) when (attempt < FirstBeats && !cancellationToken.IsCancellationRequested)
            {
                LogMissed(trouble);
            }
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await heartbeats.LeaveAsync(node.Id, _startedAt, cancellationToken);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException)
        {
            // The row falls by itself when its heartbeat grows old.
            LogMissed(trouble);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = _interval;
        while (true)
        {
            await Task.Delay(pause, services.Time, stoppingToken);
            pause = await TryBeatAsync(stoppingToken) ? _interval : _retry;
        }
    }

    private async Task<bool> TryBeatAsync(CancellationToken stoppingToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);

        // The time for two tries before the writers have to stop. Once they have, nothing hurries.
        var left = life.Left;
        limit.CancelAfter(left > TimeSpan.Zero && left < _interval ? left : _interval);
        try
        {
            await BeatAsync(limit.Token);
            return true;
        }
        catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
        {
            LogMissed(trouble);
            if (life.Left <= TimeSpan.FromMilliseconds(1))
            {
                writers.StopAll();
            }

            return false;
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        // Taken before the statement: the database's row is at least as young as this.
        var begun = services.Time.GetTimestamp();
        var now = await heartbeats.BeatAsync(node.Id, Environment.MachineName, Environment.ProcessId, _startedAt, cancellationToken);
        if (!life.Beat(begun))
        {
            writers.StopAll();
        }

        var ahead = services.Clock.Set(now);
        if (ahead.Duration() > ClockTolerance && !_hasWarned)
        {
            _hasWarned = true;
            LogClock(ahead.TotalSeconds);
        }
    }

    [LoggerMessage(EventId = 2001, Level = LogLevel.Warning, Message = "The node's heartbeat could not be written")]
    private partial void LogMissed(Exception trouble);

    [LoggerMessage(
        EventId = 2002, Level = LogLevel.Warning, Message = "This machine's clock is {Seconds:F1} s ahead of the database's, which is what counts")]
    private partial void LogClock(double seconds);
}

internal sealed record NodeHeartbeatServices(DatabaseClock Clock, IOptions<LeaseOptions> Options, TimeProvider Time);
