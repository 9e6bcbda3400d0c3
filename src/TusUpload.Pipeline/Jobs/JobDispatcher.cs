using Microsoft.Extensions.Options;

using TusUpload.Pipeline.Notifications;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Content;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Makes the jobs of uploads that have just become complete here. What it misses, the sweep finds. A file that comes alone has its job at once; small
/// ones that come within <see cref="JobsOptions.GatherFor"/> of each other share jobs, for the making, fetching and ending of a job costs several times
/// what such a file does.
/// </summary>
internal sealed partial class JobDispatcher(
    CompletedUploads completed,
    JobQueue queue,
    IUploadContent content,
    OutboxSignal outbox,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<JobDispatcher> logger)
    : BackgroundService
{
    // More jobs than this from the same gathering only where they are worth their cost.
    private const int Share = 16;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (await completed.Reader.WaitToReadAsync(stoppingToken))
            {
                outbox.Wake();
                await EnqueueGatheredAsync(stoppingToken);
                await Task.Delay(options.Value.GatherFor, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops; the sweep of the next start goes on.
        }
    }

    private async Task EnqueueGatheredAsync(CancellationToken cancellationToken)
    {
        var small = new List<Guid>();
        while (completed.Reader.TryRead(out var upload))
        {
            if (upload.Size <= options.Value.SmallFile)
            {
                small.Add(upload.Id);
            }
            else
            {
                await EnqueueAsync([upload.Id], cancellationToken);
            }
        }

        var jobs = Math.Clamp(small.Count / Share, 1, Math.Max(1, options.Value.WorkerCount));
        var each = Math.Clamp((small.Count + jobs - 1) / jobs, 1, options.Value.FilesPerJob);
        foreach (var share in small.Chunk(each))
        {
            await EnqueueAsync(share, cancellationToken);
        }
    }

    private async Task EnqueueAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        try
        {
            await queue.EnqueueAsync(fileIds, content.Node, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            LogNotQueued(failure, fileIds.Length, fileIds[0]);
        }
    }

    [LoggerMessage(
        EventId = 3003, Level = LogLevel.Warning, Message = "No job could be made for {Count} files, {FileId} among them; the sweep will make one for each")]
    private partial void LogNotQueued(Exception failure, int count, Guid fileId);
}
