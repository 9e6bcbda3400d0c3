using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace TusUpload.Pipeline.Metrics;

/// <summary>Every instrument of the pipeline. Tag values come from closed sets: states, step names, outcomes.</summary>
internal sealed class PipelineMeter : IDisposable
{
    public const string Name = "TusUpload.Pipeline";

    public static readonly ActivitySource Activities = new(Name);

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Counter<long> _jobs;
    private readonly Counter<long> _cleaned;
    private readonly Histogram<double> _files;
    private readonly Histogram<double> _steps;
    private long _oldestUnfinished;
    private long _outboxEmptiedAt;

    public PipelineMeter(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _outboxEmptiedAt = time.GetTimestamp();
        _meter = meters.Create(Name);
        _jobs = _meter.CreateCounter<long>("tus_upload.pipeline.jobs", "{job}", "Jobs that ended, by outcome.");
        _cleaned = _meter.CreateCounter<long>("tus_upload.janitor.removed", "{item}", "What janitors removed, by janitor and kind.");
        _files = _meter.CreateHistogram<double>("tus_upload.pipeline.file.duration", "s", "From the last byte to the end, by end.");
        _steps = _meter.CreateHistogram<double>("tus_upload.pipeline.step.duration", "s", "One run of one step.");
        _meter.CreateObservableGauge(
            "tus_upload.pipeline.oldest_unfinished", OldestUnfinished, "s", "Age of the oldest file that has not ended.");
        _meter.CreateObservableGauge(
            "tus_upload.pipeline.outbox.lag",
            () => time.GetElapsedTime(Volatile.Read(ref _outboxEmptiedAt)).TotalSeconds,
            "s",
            "How long ago the outbox was last emptied.");
    }

    /// <summary>One run of a job: <c>done</c>, <c>retried</c>, <c>failed</c> or <c>interrupted</c>.</summary>
    public void JobEnded(string outcome) => _jobs.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    public void Cleaned(string janitor, string what, long count) => _cleaned.Add(count, new("janitor", janitor), new("kind", what));

    public void StepDone(string step, bool rejected, TimeSpan took) => _steps.Record(
        took.TotalSeconds, new("step", step), new("outcome", rejected ? "rejected" : "continued"));

    public void FileEnded(string status, TimeSpan? took)
    {
        if (took is { } duration)
        {
            _files.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("status", status));
        }
    }

    public void OldestUnfinished(DateTimeOffset? receivedAt) => Volatile.Write(ref _oldestUnfinished, receivedAt?.UtcTicks ?? 0);

    public void OutboxEmptied() => Volatile.Write(ref _outboxEmptiedAt, _time.GetTimestamp());

    public void Dispose() => _meter.Dispose();

    private double OldestUnfinished()
    {
        var since = Volatile.Read(ref _oldestUnfinished);
        return since == 0 ? 0 : Math.Max(0, (_time.GetUtcNow().UtcTicks - since) / (double)TimeSpan.TicksPerSecond);
    }
}
