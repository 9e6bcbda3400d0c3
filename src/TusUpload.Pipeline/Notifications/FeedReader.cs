using Microsoft.Extensions.Options;

using TusUpload.Data.Outbox;

namespace TusUpload.Pipeline.Notifications;

/// <summary>Reads new events once for all subscribers of this process.</summary>
internal sealed partial class FeedReader(
    OutboxFeed outbox, FeedHub hub, IOptions<NotificationOptions> options, TimeProvider time, ILogger<FeedReader> logger)
    : BackgroundService
{
    private const int PageSize = 500;
    private long _skippedAt;

    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        if (!hub.Started.IsCompleted || !hub.HasSubscribers)
        {
            // Nobody reads: where the feed stands needs to be known only roughly. Whoever joins wakes this up.
            if (hub.Started.IsCompleted && time.GetElapsedTime(_skippedAt) < options.Value.FeedPollInterval)
            {
                return;
            }

            _skippedAt = time.GetTimestamp();
            if (hub.TrySkipTo(await outbox.LastAsync(cancellationToken)))
            {
                return;
            }
        }

        IReadOnlyList<FeedEvent> page;
        do
        {
            page = await outbox.ReadAsync(hub.Head, PageSize, userId: null, cancellationToken);
            hub.HandOver(page);
        }
        while (page.Count == PageSize);
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

                await hub.Wakeup.WaitAsync(options.Value.FeedPollInterval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    [LoggerMessage(EventId = 3303, Level = LogLevel.Warning, Message = "New events could not be read; it is tried again")]
    private partial void LogFailed(Exception failure);
}
