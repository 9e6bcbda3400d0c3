using TusUpload.Pipeline.Notifications;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Makes the job of an upload that has just become complete here. What it misses, the sweep finds.</summary>
internal sealed partial class JobDispatcher(
    CompletedUploads completed, JobQueue queue, IUploadContent content, OutboxSignal outbox, ILogger<JobDispatcher> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var fileId in completed.Reader.ReadAllAsync(stoppingToken))
            {
                outbox.Wake();
                await EnqueueAsync(fileId, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; the sweep of the next start goes on.
        }
    }

    private async Task EnqueueAsync(Guid fileId, CancellationToken cancellationToken)
    {
        try
        {
            await queue.EnqueueAsync(fileId, content.Node, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotQueued(failure, fileId);
        }
    }

    [LoggerMessage(EventId = 3003, Level = LogLevel.Warning, Message = "No job could be made for file {FileId}; the sweep will make one")]
    private partial void LogNotQueued(Exception failure, Guid fileId);
}
