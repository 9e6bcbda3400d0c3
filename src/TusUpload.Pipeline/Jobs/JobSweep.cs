using Microsoft.Extensions.Options;

using TusUpload.Pipeline.Metrics;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Makes jobs for files that wait and that no living job works on. One job too many is harmless; one too few would wait for ever.
/// </summary>
internal sealed partial class JobSweep(
    LostFiles lost, JobQueue queue, PipelineMeter meter, IOptions<JobsOptions> options, TimeProvider time, ILogger<JobSweep> logger)
    : BackgroundService
{
    /// <summary>One sweep; how many jobs were made.</summary>
    /// <param name="unqueuedAfter">How long a file may be without a job.</param>
    internal async Task<int> RunOnceAsync(TimeSpan unqueuedAfter, CancellationToken cancellationToken)
    {
        var made = 0;
        await foreach (var file in lost.FindAsync(time.GetUtcNow(), unqueuedAfter, cancellationToken))
        {
            await queue.EnqueueAsync(file.Id, file.ContentNode, cancellationToken);
            made++;
        }

        meter.OldestUnfinished(await lost.OldestAsync(cancellationToken));
        if (made > 0)
        {
            LogEnqueued(made);
        }

        return made;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // At once and without mercy at the start: what is there now, no process of this node works on.
        var unqueuedAfter = TimeSpan.Zero;
        return Periodic.RunAsync(
            options.Value.SweepInterval,
            time,
            async cancellationToken =>
            {
                await RunOnceAsync(unqueuedAfter, cancellationToken);
                unqueuedAfter = options.Value.UnqueuedAfter;
            },
            LogFailed,
            stoppingToken);
    }

    [LoggerMessage(EventId = 3004, Level = LogLevel.Information, Message = "The sweep made {Count} jobs for files without a living one")]
    private partial void LogEnqueued(int count);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Error, Message = "The sweep for files without a job failed; it runs again")]
    private partial void LogFailed(Exception failure);
}
