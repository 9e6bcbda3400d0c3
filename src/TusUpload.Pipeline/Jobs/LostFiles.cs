using System.Runtime.CompilerServices;

using Hangfire.States;

using Microsoft.Extensions.Options;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Steps;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// Files that wait and that no living job works on: what a crash left between the last byte and the job, what was lost with a job, what a
/// killed process had begun.
/// </summary>
internal sealed class LostFiles(
    WaitingFiles files, JobTables tables, RunningFiles running, JobServer server, LocalNode node, IOptions<JobsOptions> options)
{
    private const int PageSize = 500;

    /// <summary>When the oldest file that has not ended was received; null when every file has.</summary>
    public Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken) => files.OldestAsync(cancellationToken);

    /// <summary>All of them, oldest first. The caller makes a job for each before it asks for the next.</summary>
    /// <param name="unqueuedAfter">How long a file may be without a job.</param>
    public async IAsyncEnumerable<WaitingFile> FindAsync(
        DateTimeOffset now, TimeSpan unqueuedAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<WaitingFile> unqueued;
        do
        {
            unqueued = await files.UnqueuedAsync(now - unqueuedAfter, PageSize, cancellationToken);
            foreach (var file in unqueued)
            {
                yield return file;
            }
        }
        while (unqueued.Count == PageSize);

        IReadOnlyList<UnfinishedFile> page = [];
        do
        {
            page = await files.UnfinishedAsync(
                now, page is [.., var last] ? last : null, PageSize, options.Value.NodeSilence, cancellationToken);
            var states = await tables.StatesAsync(page.Select(file => file.JobId), cancellationToken);
            foreach (var file in page.Where(file => IsLost(file, states.GetValueOrDefault(file.JobId))))
            {
                yield return new(file.Id, file.ContentNode);
            }
        }
        while (page.Count == PageSize);
    }

    private bool IsLost(UnfinishedFile file, JobState? job)
    {
        if (running.Contains(file.Id) || job?.Name == ScheduledState.StateName)
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
}
