using Hangfire.States;

using Microsoft.Extensions.Options;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Steps;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Finds files that wait and that no living job works on: what a crash left between the last byte and the job, what was lost with a job or with
/// a killed process. One job too many is harmless; one too few would wait for ever.
/// </summary>
internal sealed partial class JobSweep(
    WaitingFiles files,
    JobQueue queue,
    JobTables tables,
    JobServer server,
    RunningFiles running,
    LocalNode node,
    PipelineMeter meter,
    IOptions<JobsOptions> options,
    TimeProvider time,
    ILogger<JobSweep> logger) : BackgroundService
{
    private const int PageSize = 500;

    /// <summary>One sweep; how many jobs were made.</summary>
    /// <param name="unqueuedAfter">How long a file may be without a job.</param>
    internal async Task<int> RunOnceAsync(TimeSpan unqueuedAfter, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var made = await EnqueueUnqueuedAsync(now - unqueuedAfter, cancellationToken) + await EnqueueLostAsync(now, cancellationToken);
        meter.OldestUnfinished(await files.OldestAsync(cancellationToken));
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

    private async Task<int> EnqueueUnqueuedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var made = 0;
        IReadOnlyList<WaitingFile> page;
        do
        {
            page = await files.UnqueuedAsync(before, PageSize, cancellationToken);
            foreach (var file in page)
            {
                await queue.EnqueueAsync(file.Id, file.ContentNode, cancellationToken);
            }

            made += page.Count;
        }
        while (page.Count == PageSize);

        return made;
    }

    private async Task<int> EnqueueLostAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var made = 0;
        IReadOnlyList<UnfinishedFile> page = [];
        do
        {
            page = await files.UnfinishedAsync(before, page is [.., var last] ? last : null, PageSize, options.Value.NodeSilence, cancellationToken);
            var states = await tables.StatesAsync(page.Select(file => file.JobId), cancellationToken);
            foreach (var file in page.Where(file => IsLost(file, states.GetValueOrDefault(file.JobId))))
            {
                await queue.EnqueueAsync(file.Id, file.ContentNode, cancellationToken);
                made++;
            }
        }
        while (page.Count == PageSize);

        return made;
    }

    private bool IsLost(UnfinishedFile file, JobState? job)
    {
        if (running.Contains(file.Id))
        {
            return false;
        }

        if (job?.Name == ScheduledState.StateName)
        {
            return false;
        }

        if (job is not { IsQueued: true } || (job.Name != EnqueuedState.StateName && job.Name != ProcessingState.StateName))
        {
            return true;
        }

        // Fetched, but by whom? A file that this node began and this process does not work on was begun by one that was killed, unless
        // the job has just been fetched here and is about to begin.
        return job is { IsFetched: true, ServerId: { } by } && job.Name == ProcessingState.StateName && !server.IsThis(by)
            && (file.ProcessingNode == node.Id || (file.ProcessingNode is not null && !file.NodeLives));
    }

    [LoggerMessage(EventId = 3004, Level = LogLevel.Information, Message = "The sweep made {Count} jobs for files without a living one")]
    private partial void LogEnqueued(int count);

    [LoggerMessage(EventId = 3005, Level = LogLevel.Error, Message = "The sweep for files without a job failed; it runs again")]
    private partial void LogFailed(Exception failure);
}
