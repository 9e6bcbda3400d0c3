using Hangfire;
using Hangfire.Common;
using Hangfire.States;

using TusUpload.Data.Files;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Makes jobs. The job exists before the file says so: a crash in between makes a second, idle job rather than none.</summary>
internal sealed class JobQueue(IBackgroundJobClient client, WaitingFiles files, SharedQueue queue, LocalNode node)
{
    /// <summary>The job of one file.</summary>
    public Task EnqueueAsync(Guid fileId, Guid? contentNode, CancellationToken cancellationToken) => EnqueueAsync(
        Job.FromExpression<IngestJob>(ingest => ingest.RunAsync(fileId, null, CancellationToken.None)), [fileId], contentNode, cancellationToken);

    /// <summary>One job for all of them, which have one holder.</summary>
    public Task EnqueueAsync(Guid[] fileIds, Guid? contentNode, CancellationToken cancellationToken) => fileIds is [var one]
        ? EnqueueAsync(one, contentNode, cancellationToken)
        : EnqueueAsync(
            Job.FromExpression<IngestJob>(ingest => ingest.RunManyAsync(fileIds, CancellationToken.None)), fileIds, contentNode, cancellationToken);

    private async Task EnqueueAsync(Job job, Guid[] fileIds, Guid? contentNode, CancellationToken cancellationToken)
    {
        var id = client.Create(job, new EnqueuedState(SharedQueue.Of(contentNode)));
        queue.Wake();
        await files.MarkQueuedAsync(fileIds, id, tellNodes: contentNode != node.Id, cancellationToken);
    }
}
