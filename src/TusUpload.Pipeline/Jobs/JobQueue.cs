using Hangfire;
using Hangfire.Common;
using Hangfire.States;

using TusUpload.Data.Files;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Makes jobs. The job exists before the file says so: a crash in between makes a second, idle job rather than none.</summary>
internal sealed class JobQueue(IBackgroundJobClient client, WaitingFiles files, SharedQueue queue, LocalNode node)
{
    public async Task EnqueueAsync(Guid fileId, Guid? contentNode, CancellationToken cancellationToken)
    {
        var job = client.Create(
            Job.FromExpression<IngestJob>(ingest => ingest.RunAsync(fileId, null, CancellationToken.None)),
            new EnqueuedState(SharedQueue.Of(contentNode)));
        queue.Wake();
        await files.MarkQueuedAsync(fileId, job, tellNodes: contentNode != node.Id, cancellationToken);
    }
}
