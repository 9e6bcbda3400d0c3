namespace TusUpload.Pipeline;

/// <summary>The loop of every background service that does one thing now and then.</summary>
internal static class Periodic
{
    /// <summary>Runs at once and then at every interval until the host stops. A failure is told and the next run comes all the same.</summary>
    public static Task RunAsync(
        TimeSpan interval, TimeProvider time, Func<CancellationToken, Task> run, Action<Exception> failed, CancellationToken stoppingToken) =>
        RunAsync(TimeSpan.Zero, interval, time, run, failed, stoppingToken);

    /// <summary>The same, but the first run comes after a delay: see <see cref="Share"/>.</summary>
    public static async Task RunAsync(
        TimeSpan firstDelay,
        TimeSpan interval,
        TimeProvider time,
        Func<CancellationToken, Task> run,
        Action<Exception> failed,
        CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(firstDelay, time, stoppingToken);
            using var timer = new PeriodicTimer(interval, time);
            do
            {
                try
                {
                    await run(stoppingToken);
                }
                catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
                {
                    failed(failure);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>A random part of an interval, so that servers which start together do not sweep together.</summary>
    public static TimeSpan Share(TimeSpan interval) => interval * Random.Shared.NextDouble();
}
