using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Sessions;

namespace TusUpload.Uploads.Expiry;

/// <summary>
/// Ends uploads whose time ran out and removes the bytes of ended ones. Safe on several nodes at once: a row that another sweep holds is skipped.
/// Dying between the end and the removal leaves a row that the next sweep finds.
/// </summary>
internal sealed partial class ExpirySweep(
    SessionEndings endings, IUploadContent content, LocalNode node, RunningDigests digests, IOptions<ExpiryOptions> options, TimeProvider time)
{
    private const int Batch = 500;

    public TimeSpan Interval => options.Value.SweepInterval;

    /// <summary>One pass; says how many uploads it ended and of how many it removed the bytes.</summary>
    public async Task<(int Expired, int Removed)> RunOnceAsync(CancellationToken cancellationToken)
    {
        var expired = 0;
        while (expired < Batch && await endings.ExpireOneAsync(time.GetUtcNow(), cancellationToken) is { } ended)
        {
            digests.Drop(ended.Id);
            expired++;
        }

        var removed = 0;
        IReadOnlyList<Guid> leftovers;
        do
        {
            leftovers = await endings.LeftoversAsync(node.Id, Batch, cancellationToken);
            foreach (var id in leftovers)
            {
                await content.DeleteAsync(id, cancellationToken);
            }

            if (leftovers.Count > 0)
            {
                await endings.MarkRemovedAsync([.. leftovers], cancellationToken);
                removed += leftovers.Count;
            }
        }
        while (leftovers.Count == Batch);

        return (expired, removed);
    }
}

/// <summary>Runs the sweep on its timer.</summary>
internal sealed partial class ExpirySweepService(ExpirySweep sweep, TimeProvider time, ILogger<ExpirySweepService> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nodes that were started together do not sweep together.
        await Task.Delay(sweep.Interval * Random.Shared.NextDouble(), time, stoppingToken);
        using var timer = new PeriodicTimer(sweep.Interval, time);
        do
        {
            try
            {
                var (expired, removed) = await sweep.RunOnceAsync(stoppingToken);
                if (expired + removed > 0)
                {
                    LogSwept(expired, removed);
                }
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(trouble);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 2101, Level = LogLevel.Information, Message = "{Expired} uploads expired, the bytes of {Removed} were removed")]
    private partial void LogSwept(int expired, int removed);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Error, Message = "The sweep of ended uploads failed and will be tried again")]
    private partial void LogFailed(Exception trouble);
}
