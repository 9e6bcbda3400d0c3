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
internal sealed class ExpirySweep(
    ExpiredUploads expired, SessionEndings endings, IUploadContent content, LocalNode node, IOptions<ExpiryOptions> options)
{
    private const int Batch = 500;

    public TimeSpan Interval => options.Value.SweepInterval;

    /// <summary>One pass; says how many uploads it ended, of how many it removed the bytes, and of how many it could not.</summary>
    public Task<(int Expired, int Removed, int Kept)> RunOnceAsync(CancellationToken cancellationToken) => RunOnceAsync(Batch, cancellationToken);

    internal async Task<(int Expired, int Removed, int Kept)> RunOnceAsync(int pageSize, CancellationToken cancellationToken)
    {
        var ended = await expired.EndAsync(pageSize, cancellationToken);
        var (removed, kept) = await RemoveLeftoversAsync(pageSize, cancellationToken);
        return (ended, removed, kept);
    }

    // One file that cannot be removed must not hold up the others: it stays for the next sweep.
    private async Task<(int Removed, int Kept)> RemoveLeftoversAsync(int pageSize, CancellationToken cancellationToken)
    {
        var removed = 0;
        var stuck = new HashSet<Guid>();
        IReadOnlyList<Guid> page;
        int asked;
        do
        {
            // Those that cannot be removed come again, and must not be all that comes.
            asked = pageSize + stuck.Count;
            page = await endings.LeftoversAsync(node.Id, asked, cancellationToken);
            var gone = new List<Guid>();
            foreach (var id in page.Where(id => !stuck.Contains(id)).ToList())
            {
                if (await TryDeleteAsync(id, cancellationToken))
                {
                    gone.Add(id);
                }
                else
                {
                    stuck.Add(id);
                }
            }

            await endings.MarkRemovedAsync([.. gone], cancellationToken);
            removed += gone.Count;
        }
        while (page.Count == asked);

        return (removed, stuck.Count);
    }

    private async Task<bool> TryDeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            await content.DeleteAsync(id, cancellationToken);
            return true;
        }
        catch (Exception trouble) when (trouble is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

/// <summary>Runs the sweep on its timer.</summary>
internal sealed partial class ExpirySweepService(ExpirySweep sweep, UploadJoins joins, TimeProvider time, ILogger<ExpirySweepService> logger)
    : BackgroundService
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
                // First: what is complete must not expire because somebody died before saying so.
                if (await joins.FinishWaitingAsync(stoppingToken) is > 0 and var finished)
                {
                    LogFinished(finished);
                }

                var (expired, removed, kept) = await sweep.RunOnceAsync(stoppingToken);
                if (expired + removed > 0)
                {
                    LogSwept(expired, removed);
                }

                if (kept > 0)
                {
                    LogKept(kept);
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

    [LoggerMessage(EventId = 2104, Level = LogLevel.Information, Message = "{Finished} final uploads were complete and are received now")]
    private partial void LogFinished(int finished);

    [LoggerMessage(EventId = 2103, Level = LogLevel.Warning, Message = "The bytes of {Kept} ended uploads cannot be removed; the next sweep tries again")]
    private partial void LogKept(int kept);

    [LoggerMessage(EventId = 2102, Level = LogLevel.Error, Message = "The sweep of ended uploads failed and will be tried again")]
    private partial void LogFailed(Exception trouble);
}
