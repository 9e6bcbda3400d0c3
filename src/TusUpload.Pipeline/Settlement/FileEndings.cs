using TusUpload.Data.Files;
using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;

namespace TusUpload.Pipeline.Settlement;

/// <summary>
/// The ends of a file, each one transaction: state, usage, batch and announcement together or not at all. What is left of the received bytes
/// goes afterwards; dying in between leaves that to the next run.
/// </summary>
internal sealed partial class FileEndings(
    FileProcessing processing, FileGroups groups, IObjectStorage storage, PipelineSetting setting, PipelineMeter meter, ILogger<FileEndings> logger)
{
    /// <summary>Ready.</summary>
    public async Task SettleAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        var end = EndOf(upload);
        var settled = await processing.SettleAsync(upload.Id, end.Sha256, end.StoragePath, end.Outputs, setting.Now, cancellationToken);
        setting.Outbox.Wake();
        await CleanUpAsync(upload, settled, cancellationToken);
    }

    /// <summary>Ready, all of them in one transaction: files of one account, workspace, link and batch.</summary>
    public async Task SettleAsync(IReadOnlyList<UploadContext> uploads, CancellationToken cancellationToken)
    {
        if (uploads is [var alone])
        {
            await SettleAsync(alone, cancellationToken);
            return;
        }

        var settled = await groups.SettleAsync([.. uploads.Select(EndOf)], setting.Now, cancellationToken);
        setting.Outbox.Wake();
        foreach (var upload in uploads)
        {
            await CleanUpAsync(upload, settled.Contains(upload.Id), cancellationToken);
        }
    }

    /// <summary>Refused for what it is: nothing of it is kept.</summary>
    public async Task RejectAsync(UploadContext upload, StepOutcome outcome, CancellationToken cancellationToken)
    {
        var rejected = await processing.RejectAsync(upload.Id, outcome.Code!, outcome.Message!, setting.Now, cancellationToken);
        setting.Outbox.Wake();
        if (!rejected)
        {
            await RemoveLeftoversAsync(upload.Id, cancellationToken);
            return;
        }

        if (upload.StoragePath is { } path)
        {
            await storage.DeleteAsync(path, cancellationToken);
        }

        await RemoveAsync(upload.Uploads.Select(part => part.Id), cancellationToken);
        meter.FileEnded(FileStatus.Rejected, setting.Now - upload.File.ReceivedAt);
        LogRejected(upload.Id, outcome.Code!);
    }

    /// <summary>Every attempt failed. Bytes and reservation stay for a replay.</summary>
    public async Task FailAsync(Guid fileId, string code, string message, CancellationToken cancellationToken)
    {
        if (await processing.FailAsync(fileId, code, message, setting.Now, cancellationToken))
        {
            setting.Outbox.Wake();
            meter.FileEnded(FileStatus.Failed, null);
            LogFailed(fileId, code);
        }
    }

    /// <summary>Removes what a run that was killed right after the end did not.</summary>
    public async Task RemoveLeftoversAsync(Guid fileId, CancellationToken cancellationToken)
    {
        if (await processing.StatusAsync(fileId, cancellationToken) is FileStatus.Ready or FileStatus.Rejected)
        {
            await RemoveAsync(await processing.UploadsOfAsync(fileId, cancellationToken), cancellationToken);
        }
    }

    private static SettledFile EndOf(UploadContext upload) => new(
        upload.File,
        upload.Sha256 ?? throw new InvalidOperationException("No step has made the digest."),
        upload.StoragePath ?? throw new InvalidOperationException("No step has stored the object."),
        upload.Unsaid);

    private async Task CleanUpAsync(UploadContext upload, bool settled, CancellationToken cancellationToken)
    {
        if (!settled)
        {
            // Ended by another process, and perhaps as failed: then the bytes stay.
            await RemoveLeftoversAsync(upload.Id, cancellationToken);
            return;
        }

        await RemoveAsync(upload.Uploads.Select(part => part.Id), cancellationToken);
        var took = setting.Now - upload.File.ReceivedAt;
        meter.FileEnded(FileStatus.Ready, took);
        LogReady(upload.Id, upload.File.FileSize, (long)took.TotalMilliseconds);
    }

    private async Task RemoveAsync(IEnumerable<Guid> uploads, CancellationToken cancellationToken)
    {
        foreach (var upload in uploads)
        {
            await setting.Content.DeleteAsync(upload, cancellationToken);
        }
    }

    [LoggerMessage(EventId = 3201, Level = LogLevel.Information, Message = "File {FileId} of {Size} bytes is ready after {Milliseconds} ms")]
    private partial void LogReady(Guid fileId, long size, long milliseconds);

    [LoggerMessage(EventId = 3202, Level = LogLevel.Information, Message = "File {FileId} was rejected: {Code}")]
    private partial void LogRejected(Guid fileId, string code);

    [LoggerMessage(EventId = 3203, Level = LogLevel.Error, Message = "File {FileId} failed for good: {Code}")]
    private partial void LogFailed(Guid fileId, string code);
}
