using Npgsql;

using TusUpload.Data.Files;
using TusUpload.Pipeline.Metrics;
using TusUpload.Pipeline.Notifications;
using TusUpload.Pipeline.Settlement;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Steps;

/// <summary>Takes one file through every step that is not journalled yet, in registered order, and to its end.</summary>
internal sealed class FilePipeline(
    FileRuns runs, FileProcessing processing, IEnumerable<IUploadStep> steps, FileEndings endings, PipelineSetting setting, PipelineMeter meter)
{
    // For a process that is told to stop this is part of its time.
    private static readonly TimeSpan ShowLimit = TimeSpan.FromSeconds(5);

    private readonly IUploadStep[] _steps = [.. steps];

    /// <summary>Runs or resumes; returns when the file has ended or is no longer ours to work on. An exception: try again later.</summary>
    public async Task RunAsync(Guid fileId, CancellationToken cancellationToken)
    {
        using var run = await runs.BeginAsync(fileId, cancellationToken);
        if (run.File is null)
        {
            // Ended before. A run that was killed between the end and the removal of the bytes left them to this one.
            await endings.RemoveLeftoversAsync(fileId, cancellationToken);
            return;
        }

        if (run.IsOver)
        {
            await endings.FailAsync(
                fileId, "processing_crashed", "The server died each time it processed the file. It is kept and can be replayed.", cancellationToken);
            return;
        }

        setting.Outbox.Wake();
        var upload = new UploadContext(run.File, setting.Content);
        if (await RunStepsAsync(upload, cancellationToken))
        {
            await endings.SettleAsync(upload, cancellationToken);
        }
    }

    /// <summary>Said by whoever catches what a run throws: it ended in order, whatever it threw.</summary>
    public Task LetGoAsync(Guid fileId) => runs.LetGoAsync([fileId]);

    /// <summary>Whether nothing that has to be done to it takes longer than to say so, see <see cref="IUploadStep.IsQuick"/>.</summary>
    public bool IsQuick(UploadContext upload) => Array.TrueForAll(_steps, step => step.IsQuick(upload));

    /// <summary>Takes a file whose run has begun through its steps; true: it can be settled, false: it has ended or is no longer ours.</summary>
    public async Task<bool> RunStepsAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        foreach (var step in _steps)
        {
            if (upload.TakeOver(step.Name))
            {
                continue;
            }

            if (!step.IsQuick(upload) && !await JournalAsync(upload, step, cancellationToken))
            {
                return false;
            }

            StepOutcome outcome;
            try
            {
                outcome = await RunStepAsync(step, upload, cancellationToken);
            }
            catch
            {
                await ShowAsync(upload, step);
                throw;
            }

            if (outcome.IsRejection)
            {
                await endings.RejectAsync(upload, outcome, cancellationToken);
                return false;
            }

            upload.Done(step.Name);
        }

        return true;
    }

    /// <summary>Says which steps are done and which one comes; false when the file is no longer ours to work on.</summary>
    private async Task<bool> JournalAsync(UploadContext upload, IUploadStep next, CancellationToken cancellationToken)
    {
        if (upload.Unsaid is not { } facts)
        {
            return true;
        }

        var isOurs = await processing.JournalAsync(upload.Id, facts, next.Status, setting.Now, cancellationToken);
        upload.Said();
        return isOurs;
    }

    // A step that failed is tried again, and may wait for long: what the file waits in is to be seen. Where the database is away too, it is not.
    private async Task ShowAsync(UploadContext upload, IUploadStep failed)
    {
        using var limit = new CancellationTokenSource(ShowLimit, setting.Time);
        try
        {
            await JournalAsync(upload, failed, limit.Token);
        }
        catch (Exception away) when (away is NpgsqlException or OperationCanceledException)
        {
            // What failed before it is what counts.
        }
    }

    private async Task<StepOutcome> RunStepAsync(IUploadStep step, UploadContext upload, CancellationToken cancellationToken)
    {
        using var activity = PipelineMeter.Activities.StartActivity(step.Name);
        activity?.SetTag("upload.id", upload.Id);
        activity?.SetTag("upload.size", upload.File.FileSize);
        var startedAt = setting.Time.GetTimestamp();
        var outcome = await step.RunAsync(upload, cancellationToken);
        meter.StepDone(step.Name, outcome.IsRejection, setting.Time.GetElapsedTime(startedAt));
        return outcome;
    }
}

/// <summary>Where the pipeline runs and what it works on.</summary>
internal sealed record PipelineSetting(LocalNode Node, IUploadContent Content, OutboxSignal Outbox, TimeProvider Time)
{
    public DateTimeOffset Now => Time.GetUtcNow();
}
