using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Protocol.Metrics;

namespace TusUpload.Protocol.Bodies;

/// <summary>
/// Knows every body that is being received. One timer ends those on which the client has gone silent, and a shutdown ends them all. A body
/// counts as silent only while its reader waits for the client; the time it spends in a store does not count.
/// </summary>
public sealed partial class BodyWatch(
    IOptions<TusOptions> options, TimeProvider time, IHostApplicationLifetime lifetime, TusMetrics metrics, ILogger<BodyWatch> logger)
    : IHostedService, IDisposable
{
    /// <summary>Looks per idle timeout: a silent body ends at most an eighth of the timeout late.</summary>
    private const int Looks = 8;

    private readonly Lock _gate = new();
    private readonly HashSet<WatchedBody> _bodies = [];
    private ITimer? _timer;
    private CancellationTokenRegistration _stopping;
    private bool _draining;

    /// <summary>True from the first sign of a shutdown: no further body starts.</summary>
    public bool IsDraining
    {
        get
        {
            lock (_gate)
            {
                return _draining;
            }
        }
    }

    internal TimeProvider Time => time;

    /// <summary>Bodies that are being received now.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _bodies.Count;
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var interval = options.Value.IdleTimeout / Looks;
        _timer = time.CreateTimer(static watch => ((BodyWatch)watch!).EndSilentBodies(), this, interval, interval);
        _stopping = lifetime.ApplicationStopping.Register(() => StopAll(BodyEnd.Draining));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        StopAll(BodyEnd.Draining);
        return Task.CompletedTask;
    }

    /// <summary>Ends all bodies; after <see cref="BodyEnd.Draining"/> no other starts.</summary>
    public void StopAll(BodyEnd reason)
    {
        WatchedBody[] running;
        lock (_gate)
        {
            _draining |= reason == BodyEnd.Draining;
            running = [.. _bodies];
        }

        // Outside the gate: a body that ends comes back to leave the list.
        foreach (var watched in running)
        {
            watched.Body.Stop(reason);
        }

        if (running.Length > 0)
        {
            LogStopped(running.Length, reason);
        }
    }

    public void Dispose()
    {
        _stopping.Dispose();
        _timer?.Dispose();
    }

    /// <summary>Null while draining. The body is watched until the result is disposed.</summary>
    internal WatchedBody? TryWatch(TusBody body)
    {
        var watched = new WatchedBody(this, body);
        lock (_gate)
        {
            if (_draining)
            {
                return null;
            }

            _bodies.Add(watched);
        }

        metrics.BodyStarted();
        return watched;
    }

    internal void Leave(WatchedBody watched)
    {
        lock (_gate)
        {
            _bodies.Remove(watched);
        }

        watched.Body.Close();
        metrics.BodyEnded(watched.Body);
    }

    private void EndSilentBodies()
    {
        List<WatchedBody>? silent = null;
        var now = time.GetTimestamp();
        lock (_gate)
        {
            foreach (var watched in _bodies)
            {
                if (watched.IsSilent(now, time, options.Value.IdleTimeout))
                {
                    (silent ??= []).Add(watched);
                }
            }
        }

        foreach (var watched in silent ?? [])
        {
            watched.Body.Stop(BodyEnd.Idle);
        }
    }

    [LoggerMessage(EventId = 1100, Level = LogLevel.Information, Message = "Ended {Count} running bodies: {Reason}")]
    private partial void LogStopped(int count, BodyEnd reason);
}
