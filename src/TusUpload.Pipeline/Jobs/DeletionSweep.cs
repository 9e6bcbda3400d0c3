using Microsoft.Extensions.Options;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Removes the bytes and then the rows of files that their owners deleted.</summary>
internal sealed partial class DeletionSweep(
    FileDeletion files, IObjectStorage storage, PipelineSetting setting, IOptions<JobsOptions> options, ILogger<DeletionSweep> logger)
    : BackgroundService
{
    private const int PageSize = 200;

    /// <summary>Until none is left or one cannot be removed now; how many were removed.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var removed = 0;
        int removedOfPage;
        do
        {
            removedOfPage = 0;
            foreach (var (id, path) in await files.WaitingAsync(setting.Node.Id, setting.Now, PageSize, cancellationToken))
            {
                removedOfPage += await TryRemoveAsync(id, path, cancellationToken) ? 1 : 0;
            }

            removed += removedOfPage;
        }
        while (removedOfPage == PageSize);

        return removed;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Periodic.RunAsync(options.Value.SweepInterval, setting.Time, RunOnceAsync, LogFailed, stoppingToken);

    // One file that cannot be removed must not hold up those behind it.
    private async Task<bool> TryRemoveAsync(Guid id, string? path, CancellationToken cancellationToken)
    {
        try
        {
            if (path is not null)
            {
                await storage.DeleteAsync(path, cancellationToken);
            }

            await setting.Content.DeleteAsync(id, cancellationToken);
            await files.ForgetAsync(id, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(failure, id);
            return false;
        }
    }

    [LoggerMessage(EventId = 3007, Level = LogLevel.Warning, Message = "The bytes of the deleted file {FileId} cannot be removed now")]
    private partial void LogNotRemoved(Exception failure, Guid fileId);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Error, Message = "The removal of deleted files failed; it runs again")]
    private partial void LogFailed(Exception failure);
}
