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
        await RunAsync(new UploadContext(run.File, setting.Content), cancellationToken);
    }

    /// <summary>Said by whoever catches what a run throws: it ended in order, whatever it threw.</summary>
    public Task LetGoAsync(Guid fileId) => runs.LetGoAsync(fileId);

    private async Task RunAsync(UploadContext upload, CancellationToken cancellationToken)
    {
        for (var i = 0; i < _steps.Length; i++)
        {
            if (upload.TakeOver(_steps[i].Name))
            {
                continue;
            }

            var outcome = await RunStepAsync(_steps[i], upload, cancellationToken);
            if (outcome.IsRejection)
            {
                await endings.RejectAsync(upload, outcome, cancellationToken);
                return;
            }

            var next = i + 1 < _steps.Length ? _steps[i + 1].Status : FileStatus.Storing;
            if (!await processing.JournalAsync(upload.Id, _steps[i].Name, upload.Facts(), next, setting.Now, cancellationToken))
            {
                return;
            }
        }

        await endings.SettleAsync(upload, cancellationToken);
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
