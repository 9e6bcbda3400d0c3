using TusUpload.Data.Files;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Files that failed, tried again on their owner's word.</summary>
public sealed class FileReplay
{
    private readonly FileProcessing _processing;
    private readonly WaitingFiles _files;
    private readonly JobQueue _queue;

    internal FileReplay(FileProcessing processing, WaitingFiles files, JobQueue queue) =>
        (_processing, _files, _queue) = (processing, files, queue);

    /// <summary>Back to <c>received</c>, with a new job and all its attempts; false when this user has no such failed file.</summary>
    public async Task<bool> ReplayAsync(Guid fileId, string userId, CancellationToken cancellationToken)
    {
        if (!await _processing.ReplayAsync(fileId, userId, cancellationToken))
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
