using TusUpload.Data.Files;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Files that failed, tried again on their owner's word.</summary>
public sealed class FileReplay
{
    private readonly FileProcessing _processing;
    private readonly WaitingFiles _files;
    private readonly JobQueue _queue;
    private readonly TimeProvider _time;

    internal FileReplay(FileProcessing processing, WaitingFiles files, JobQueue queue, TimeProvider time) =>
        (_processing, _files, _queue, _time) = (processing, files, queue, time);

    /// <summary>Back to <c>received</c>, with a new job and all its attempts; false when this user has no such failed file.</summary>
    public async Task<bool> ReplayAsync(Guid fileId, string userId, CancellationToken cancellationToken)
    {
        if (!await _processing.ReplayAsync(fileId, userId, _time.GetUtcNow(), cancellationToken))
        {
            return false;
        }

        // Should this process die here, the sweep makes the job.
        if (await _files.FindAsync(fileId, cancellationToken) is { } file)
        {
            await _queue.EnqueueAsync(file.Id, file.ContentNode, cancellationToken);
        }

        return true;
    }
}
