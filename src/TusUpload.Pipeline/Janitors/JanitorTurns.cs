using System.Text.Json;
using System.Text.Json.Serialization;

using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Janitors;
using TusUpload.Pipeline.Metrics;
using TusUpload.Uploads.Leases;

namespace TusUpload.Pipeline.Janitors;

/// <summary>
/// Lets each janitor work where it is its turn, one after another; one that fails holds up no other. Dying at it leaves a turn without an end, and
/// the next one, here or elsewhere, comes at its time.
/// </summary>
internal sealed class JanitorTurns(
    IEnumerable<IJanitor> janitors, JanitorRuns runs, LocalNode node, IOptions<JanitorOptions> options, JanitorEdge edge, TimeProvider time)
    : BackgroundService
{
    /// <summary>The janitors that had a turn here.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var turns = 0;
        foreach (var janitor in janitors)
        {
            turns += await TryTurnAsync(janitor, cancellationToken) ? 1 : 0;
        }

        return turns;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Periodic.RunAsync(
        Periodic.Share(options.Value.Interval), options.Value.Interval, time, RunOnceAsync, failure => edge.Failed("all", failure), stoppingToken);

    private async Task<bool> TryTurnAsync(IJanitor janitor, CancellationToken cancellationToken)
    {
        try
        {
            // Less than the interval: the timer's own jitter must not cost a node that is alone every second turn.
            var apart = 0.75 * (janitor.Interval > options.Value.Interval ? janitor.Interval : options.Value.Interval);
            if (await runs.TryClaimAsync(janitor.Turn, node.Id, apart, cancellationToken) is not { } startedAt)
            {
                return false;
            }

            var report = await RunAsync(janitor, startedAt, apart, cancellationToken);
            edge.Done(janitor.Name, report);
            var json = JsonSerializer.Serialize(report, ReportJson.Default.DictionaryStringInt64);
            await runs.EndAsync(janitor.Turn, node.Id, startedAt, json, cancellationToken);
            return true;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            edge.Failed(janitor.Name, failure);
            return false;
        }
    }

    // One whose turn comes once a day is not to wait for a day because the database was away for a moment.
    private async Task<Dictionary<string, long>> RunAsync(IJanitor janitor, DateTimeOffset startedAt, TimeSpan apart, CancellationToken cancellationToken)
    {
        try
        {
            return await janitor.RunOnceAsync(cancellationToken);
        }
        catch
        {
            var ago = apart - options.Value.Interval;
            if (ago > TimeSpan.Zero)
            {
                await runs.GiveBackAsync(janitor.Turn, node.Id, startedAt, ago, CancellationToken.None);
            }

            throw;
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class ReportJson : JsonSerializerContext;

/// <summary>Tells of the janitors' work: the log and the counter.</summary>
internal sealed partial class JanitorEdge(PipelineMeter meter, ILogger<JanitorEdge> logger)
{
    public void Done(string janitor, Dictionary<string, long> report)
    {
        foreach (var (what, count) in report.Where(entry => entry.Value > 0))
        {
            meter.Cleaned(janitor, what, count);
            LogDone(janitor, count, what);
        }
    }

    public void Corrected(StorageDrift drift) => LogCorrected(drift.Level, drift.Id, drift.Counted, drift.Measure, drift.Actual);

    public void Failed(string janitor, Exception failure) => LogFailed(failure, janitor);

    [LoggerMessage(EventId = 3401, Level = LogLevel.Information, Message = "Janitor {Janitor}: {Count} {What}")]
    private partial void LogDone(string janitor, long count, string what);

    [LoggerMessage(EventId = 3402, Level = LogLevel.Error, Message = "Janitor {Janitor} failed; it is tried again")]
    private partial void LogFailed(Exception failure, string janitor);

    [LoggerMessage(
        EventId = 3403, Level = LogLevel.Error,
        Message = "The {Level} {Id} counted {Counted} bytes as {Measure}, and it is {Actual}; that is corrected, and was an error")]
    private partial void LogCorrected(string level, string id, long counted, string measure, long actual);
}
