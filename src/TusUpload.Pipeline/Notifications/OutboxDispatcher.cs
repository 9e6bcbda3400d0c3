using Microsoft.Extensions.Options;

using TusUpload.Data.Outbox;
using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Steps;

namespace TusUpload.Pipeline.Notifications;

/// <summary>Gives committed events their places in the feed, soon after they were committed. One process at a time does it for all.</summary>
internal sealed partial class OutboxDispatcher(
    OutboxFeed outbox,
    PipelineSetting setting,
    FeedHub hub,
    PipelineMeter meter,
    IOptions<NotificationOptions> options,
    ILogger<OutboxDispatcher> logger) : BackgroundService
{
    private const int BatchSize = 500;

    /// <summary>Until the outbox is empty, or another process is at it; how many events got a place.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var placed = 0;
        int batch;
        do
        {
            batch = await outbox.DispatchAsync(BatchSize, cancellationToken);
            placed += batch;
            if (batch > 0)
            {
                hub.Wakeup.Call();
            }
        }
        while (batch == BatchSize);

        meter.OutboxEmptied();
        return placed;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await RunOnceAsync(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    LogFailed(failure);
                }

                await setting.Outbox.Wakeup.WaitAsync(options.Value.OutboxInterval, setting.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; another process or the next start goes on.
        }
    }

    [LoggerMessage(EventId = 3301, Level = LogLevel.Error, Message = "Events could not be given their places; it is tried again")]
    private partial void LogFailed(Exception failure);
}
