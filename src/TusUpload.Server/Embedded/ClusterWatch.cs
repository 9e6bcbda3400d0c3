namespace TusUpload.Server.Embedded;

/// <summary>
/// Starts the embedded Postgres again when its process has been killed. What runs meanwhile is told that the database is away, and goes on when it
/// is back: the cluster recovers everything that was committed.
/// </summary>
internal sealed partial class ClusterWatch(EmbeddedPostgresService service, TimeProvider time, ILogger<ClusterWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (service.Postgres is not { } postgres)
        {
            return;
        }

        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (!await postgres.IsRunningAsync(stoppingToken))
                {
                    LogGone();
                    await postgres.StartAsync(stoppingToken);
                }
            }
            catch (Exception trouble) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(trouble);
            }
        }
    }

    [LoggerMessage(EventId = 5140, Level = LogLevel.Error, Message = "The embedded Postgres is gone: it is started again")]
    private partial void LogGone();

    [LoggerMessage(EventId = 5141, Level = LogLevel.Error, Message = "The embedded Postgres could not be started again and will be tried again")]
    private partial void LogFailed(Exception trouble);
}
