using Microsoft.Extensions.Options;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;

namespace TusUpload.Pipeline.Jobs;

/// <summary>Removes the bytes and then the rows of files that their owners deleted.</summary>
internal sealed partial class DeletionSweep(
    FileDeletion files,
    FileProcessing processing,
    IObjectStorage storage,
    PipelineSetting setting,
    IOptions<JobsOptions> options,
    ILogger<DeletionSweep> logger)
    : BackgroundService
{
    private const int PageSize = 200;

    /// <summary>Until none is left or one cannot be removed now; how many were removed.</summary>
    internal Task<int> RunOnceAsync(CancellationToken cancellationToken) => RunOnceAsync(PageSize, cancellationToken);

    internal async Task<int> RunOnceAsync(int pageSize, CancellationToken cancellationToken)
    {
        var removed = 0;
        var stuck = new Dictionary<Guid, Exception>();
        IReadOnlyList<(Guid Id, string? StoragePath)> page;
        int asked;
        do
        {
            // The oldest come first: those that cannot be removed come again, and must not be all that comes.
            asked = pageSize + stuck.Count;
            page = await files.WaitingAsync(setting.Node.Id, setting.Now, asked, cancellationToken);
            foreach (var (id, path) in page.Where(file => !stuck.ContainsKey(file.Id)).ToList())
            {
                if (await TryRemoveAsync(id, path, cancellationToken) is { } failure)
                {
                    stuck.Add(id, failure);
                }
                else
                {
                    removed++;
                }
            }
        }
        while (page.Count == asked);

        if (stuck.Count > 0)
        {
            var (id, failure) = stuck.First();
            LogNotRemoved(failure, stuck.Count, id);
        }

        return removed;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Periodic.RunAsync(Periodic.Share(options.Value.SweepInterval), options.Value.SweepInterval, setting.Time, RunOnceAsync, LogFailed, stoppingToken);

    // One file that cannot be removed must not hold up those behind it. Null: it is gone.
    private async Task<Exception?> TryRemoveAsync(Guid id, string? path, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var upload in await processing.UploadsOfAsync(id, cancellationToken))
            {
                await setting.Content.DeleteAsync(upload, cancellationToken);
            }

            if (path is not null)
            {
                if (await files.ForgetSharedAsync(id, path, cancellationToken))
                {
                    return null;
                }

                await storage.DeleteAsync(path, cancellationToken);
            }

            await files.ForgetAsync(id, cancellationToken);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure;
        }
    }

    [LoggerMessage(
        EventId = 3007, Level = LogLevel.Warning,
        Message = "The bytes of {Count} deleted files cannot be removed now, those of {FileId} for this reason; it is tried again")]
    private partial void LogNotRemoved(Exception failure, int count, Guid fileId);

    [LoggerMessage(EventId = 3006, Level = LogLevel.Error, Message = "The removal of deleted files failed; it runs again")]
    private partial void LogFailed(Exception failure);
}
