using Hangfire;
using Hangfire.Server;

using Microsoft.Extensions.Options;

using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Settlement;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Verification;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// The job of a file, or of several small ones. It may come twice, at once or one after the other: within a process the second waits for the first,
/// between processes every statement says the same when it is said again.
/// </summary>
internal sealed partial class IngestJob(
    FilePipeline pipeline,
    FileGroupRun groups,
    FileEndings endings,
    RunningFiles running,
    JobQueue queue,
    PipelineSetting setting,
    PipelineMeter meter,
    IOptions<JobsOptions> options,
    ILogger<IngestJob> logger)
{
    /// <summary>Called by Hangfire, which stores only the id and fills in the rest.</summary>
    [JobDisplayName("Ingest {0}")]
    public Task RunAsync(Guid fileId, PerformContext? context, CancellationToken cancellationToken) =>
        RunAsync(fileId, 1 + (context is null ? 0 : Retries.Before(context)), cancellationToken);

    // As many as begin and end together: their process has begun all of them when it dies.
    private const int MostTogether = 64;

    /// <summary>
    /// Of several files, so many at a time. Those that are done are passed over when the job comes again; one that fails goes on in a job of its own,
    /// with all its attempts, and where something is away so does every one behind it.
    /// </summary>
    /// <remarks>Files that have only quick steps begin and end together, see <see cref="FileGroupRun"/>.</remarks>
    [JobDisplayName("Ingest several files")]
    public async Task RunManyAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        var left = new List<Guid>();
        foreach (var some in fileIds.Chunk(MostTogether))
        {
            // Where one that died with its process is a suspect at once, so many must not be at risk together; and what one group did not get through,
            // the next would not either.
            var isApart = left.Count > 0 || options.Value.CrashesBeforeAlone == 1;
            left.AddRange(isApart ? some : await RunTogetherAsync(some, cancellationToken));
        }

        await RunEachAsync([.. left], cancellationToken);
    }

    /// <param name="attempt">1 for the first, 0 for one that does not count; an attempt that an ending process interrupts is not counted.</param>
    internal async Task RunAsync(Guid fileId, int attempt, CancellationToken cancellationToken)
    {
        using var turn = await running.EnterAsync(fileId, cancellationToken);
        try
        {
            await pipeline.RunAsync(fileId, cancellationToken);
            meter.JobEnded("done");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Not a failure: the job goes back to its queue and continues at its step.
            await pipeline.LetGoAsync(fileId);
            meter.JobEnded("interrupted");
            throw;
        }
        catch (SuspectedFileWaitsException)
        {
            // Nothing was begun: what is counted of it stays.
            meter.JobEnded("waiting");
            throw;
        }
        catch (Exception outage) when (Outage.Is(outage))
        {
            await pipeline.LetGoAsync(fileId);
            meter.JobEnded("waiting");
            LogWaits(fileId, outage.Message);
            throw;
        }
        catch (Exception failure) when (attempt < options.Value.Attempts && failure is not ObjectRefusedException)
        {
            await pipeline.LetGoAsync(fileId);
            meter.JobEnded("retried");
            LogRetried(failure, fileId, attempt, options.Value.Attempts);
            throw;
        }
        catch (Exception failure)
        {
            meter.JobEnded("failed");
            LogGivenUp(failure, fileId, attempt);
            await FailOrLetGoAsync(fileId, failure, cancellationToken);
            throw;
        }
    }

    private async Task<IReadOnlyList<Guid>> RunTogetherAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        try
        {
            return await groups.RunAsync(fileIds, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever ended all of them, one of them may be the reason.
            LogApart(failure, fileIds.Length, fileIds[0]);
            return fileIds;
        }
    }

    private async Task RunEachAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        for (var at = 0; at < fileIds.Length; at++)
        {
            try
            {
                await RunAsync(fileIds[at], attempt: 0, cancellationToken);
            }
            catch (Exception outage) when (!cancellationToken.IsCancellationRequested && Outage.Is(outage))
            {
                await ApartAsync(fileIds[at..], cancellationToken);
                return;
            }
            catch (ObjectRefusedException)
            {
                // It has failed for good.
            }
            catch when (!cancellationToken.IsCancellationRequested)
            {
                await ApartAsync([fileIds[at]], cancellationToken);
            }
        }
    }

    private async Task ApartAsync(Guid[] fileIds, CancellationToken cancellationToken)
    {
        foreach (var fileId in fileIds)
        {
            await queue.EnqueueAsync(fileId, setting.Content.Node, cancellationToken);
        }
    }

    // Where the database is away the file is as it was: the sweep gives it another job, and nobody died of it.
    private async Task FailOrLetGoAsync(Guid fileId, Exception failure, CancellationToken cancellationToken)
    {
        try
        {
            await FailAsync(fileId, failure, cancellationToken);
        }
        catch
        {
            await pipeline.LetGoAsync(fileId);
            throw;
        }
    }

    // The message is for the file's owner: what exactly went wrong is in the log and on the dashboard.
    private Task FailAsync(Guid fileId, Exception failure, CancellationToken cancellationToken)
    {
        var (code, message) = failure switch
        {
            ContentCorruptException => (ContentCorruptException.Code, "The stored bytes are no longer those that were received."),
            ObjectRefusedException refused => (refused.Code, $"{refused.Message} It is kept and can be replayed."),
            _ => ("processing_failed", "The file could not be processed. It is kept and can be replayed."),
        };
        return endings.FailAsync(fileId, code, message, cancellationToken);
    }

    [LoggerMessage(
        EventId = 3011, Level = LogLevel.Warning, Message = "{Count} files, {FileId} among them, could not be processed together; each is by itself")]
    private partial void LogApart(Exception failure, int count, Guid fileId);

    [LoggerMessage(EventId = 3010, Level = LogLevel.Warning, Message = "File {FileId} waits: {Reason}")]
    private partial void LogWaits(Guid fileId, string reason);

    [LoggerMessage(EventId = 3001, Level = LogLevel.Warning, Message = "Attempt {Attempt} of {Attempts} at file {FileId} failed")]
    private partial void LogRetried(Exception failure, Guid fileId, int attempt, int attempts);

    [LoggerMessage(EventId = 3002, Level = LogLevel.Error, Message = "File {FileId} is given up after attempt {Attempt}")]
    private partial void LogGivenUp(Exception failure, Guid fileId, int attempt);
}
