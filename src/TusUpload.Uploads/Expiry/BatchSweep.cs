using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using TusUpload.Data.Batches;

namespace TusUpload.Uploads.Expiry;

/// <summary>Ends batches whose time ran out; one statement each, so it may die anywhere and run on several nodes at once.</summary>
internal sealed partial class BatchSweep(BatchEndings endings, ExpirySweep sweep, TimeProvider time, ILogger<BatchSweep> logger) : BackgroundService
{
    private const int Most = 500;

    /// <summary>How many it ended.</summary>
    internal async Task<int> RunOnceAsync(CancellationToken cancellationToken)
    {
        var expired = 0;
        while (expired < Most && await endings.ExpireOneAsync(time.GetUtcNow(), cancellationToken) is { } id)
        {
            LogExpired(id);
            expired++;
        }

        return expired;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nodes that were started together do not sweep together.
        await Task.Delay(sweep.Interval * Random.Shared.NextDouble(), time, stoppingToken);
        using var timer = new PeriodicTimer(sweep.Interval, time);
        do
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(trouble);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(EventId = 2105, Level = LogLevel.Information, Message = "Batch {Batch} expired")]
    private partial void LogExpired(Guid batch);

    [LoggerMessage(EventId = 2106, Level = LogLevel.Error, Message = "The sweep of batches failed and will be tried again")]
    private partial void LogFailed(Exception trouble);
}
