using Microsoft.Extensions.Options;

using TusUpload.Data.Outbox;

namespace TusUpload.Pipeline.Notifications;

/// <summary>Removes events that are older than a reader may ask for.</summary>
internal sealed partial class OutboxTrim(
    OutboxFeed outbox, IOptions<NotificationOptions> options, TimeProvider time, ILogger<OutboxTrim> logger) : BackgroundService
{
    private const int BatchSize = 5_000;

    internal async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await outbox.TrimAsync(time.GetUtcNow() - options.Value.Retention, BatchSize, cancellationToken) == BatchSize)
        {
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Periodic.RunAsync(Periodic.Share(options.Value.TrimInterval), options.Value.TrimInterval, time, RunOnceAsync, LogFailed, stoppingToken);

    [LoggerMessage(EventId = 3302, Level = LogLevel.Error, Message = "Old events could not be removed; it is tried again")]
    private partial void LogFailed(Exception failure);
}
