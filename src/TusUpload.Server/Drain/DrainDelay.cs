using System.Runtime.InteropServices;

using Microsoft.Extensions.Options;

namespace TusUpload.Server.Drain;

/// <summary>
/// Keeps the process listening for a while after it was told to stop. By then running bodies have been ended, readiness says
/// <c>stopping</c> and every answer ends its connection. A second signal ends the waiting. Dying during it is no more than dying:
/// nothing here is kept.
/// </summary>
internal sealed partial class DrainDelay(
    IHostApplicationLifetime lifetime, IOptions<DrainOptions> options, TimeProvider time, ILogger<DrainDelay> logger)
    : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Comes before anything is stopped, the web server too.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Whoever stops the host without a signal has not said so yet.
        lifetime.StopApplication();
        var delay = options.Value.Delay;
        if (delay == TimeSpan.Zero)
        {
            return;
        }

        LogWaiting(delay);
        using var hurry = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Hurry(context, hurry));
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Hurry(context, hurry));
        await Task.Delay(delay, time, hurry.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private static void Hurry(PosixSignalContext context, CancellationTokenSource hurry)
    {
        // The process still ends in order: the signal's own effect would be to end it on the spot.
        context.Cancel = true;
        hurry.Cancel();
    }

    [LoggerMessage(EventId = 5800, Level = LogLevel.Information, Message = "Stopping: still listening for {Delay}, so that balancers see it")]
    private partial void LogWaiting(TimeSpan delay);
}
