using TusUpload.Data.Files;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Settlement;

namespace TusUpload.Pipeline.Steps;

/// <summary>
/// Takes several small files through the pipeline with one statement at their beginning and one at their end: what a statement costs before its first row,
/// and the account's row that all of them count at, are the larger part of what such a file costs. A process that dies in between has begun all of them and
/// ended none; each is then run again by itself, and counted as begun before.
/// </summary>
internal sealed partial class FileGroupRun(
    FileRuns runs, FilePipeline pipeline, FileEndings endings, RunningFiles running, PipelineSetting setting, PipelineMeter meter, ILogger<FileGroupRun> logger)
{
    // Who was first must not wait for long for who comes last.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Gives those that have still to be run by themselves: somebody has begun them before, a step of theirs takes its time, or they cannot be settled now.
    /// </summary>
    public async Task<IReadOnlyList<Guid>> RunAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        using var turns = await running.EnterAllAsync(fileIds, cancellationToken);
        var files = await runs.BeginAsync(fileIds, cancellationToken);
        setting.Outbox.Wake();
        var open = files.Select(file => file.Id).ToHashSet();
        try
        {
            await RunAsync(files, open, cancellationToken);
        }
        finally
        {
            if (open.Count > 0)
            {
                await runs.LetGoAsync([.. open]);
            }
        }

        return [.. fileIds.Except(files.Select(file => file.Id)), .. open];
    }

    /// <param name="open">Loses those that have ended.</param>
    private async Task RunAsync(IReadOnlyList<FileInProcess> files, HashSet<Guid> open, CancellationToken cancellationToken)
    {
        var (done, since) = (new List<UploadContext>(files.Count), setting.Time.GetTimestamp());
        foreach (var file in files)
        {
            var upload = new UploadContext(file, setting.Content);
            if (!pipeline.IsQuick(upload))
            {
                // The others would wait for it.
                continue;
            }

            try
            {
                if (await pipeline.RunStepsAsync(upload, cancellationToken))
                {
                    done.Add(upload);
                }
                else
                {
                    open.Remove(file.Id);
                    meter.JobEnded("done");
                }
            }
            catch (Exception outage) when (Outage.Is(outage))
            {
                // Those behind it would find the same.
                LogLeft(outage, file.Id);
                break;
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                // It is run again by itself, which says what is wrong with it.
                LogLeft(failure, file.Id);
            }

            if (setting.Time.GetElapsedTime(since) > Patience)
            {
                await SettleAsync(done, open, cancellationToken);
                since = setting.Time.GetTimestamp();
            }
        }

        await SettleAsync(done, open, cancellationToken);
    }

    private async Task SettleAsync(List<UploadContext> done, HashSet<Guid> open, CancellationToken cancellationToken)
    {
        foreach (var group in done.GroupBy(upload => (upload.File.UserId, upload.File.WorkspaceId, upload.File.LinkId, upload.File.BatchId)))
        {
            await endings.SettleAsync([.. group], cancellationToken);
            foreach (var upload in group)
            {
                open.Remove(upload.Id);
                meter.JobEnded("done");
            }
        }

        done.Clear();
    }

    [LoggerMessage(EventId = 3012, Level = LogLevel.Information, Message = "File {FileId} did not get through with its group; it is tried by itself")]
    private partial void LogLeft(Exception failure, Guid fileId);
}
