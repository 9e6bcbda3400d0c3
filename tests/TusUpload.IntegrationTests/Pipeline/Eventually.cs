namespace TusUpload.IntegrationTests.Pipeline;

/// <summary>Looks again until it is so, or the deadline has passed.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    /// <param name="before">How long it cannot be so: the deadline comes that much later.</param>
    public static async Task<T> IsAsync<T>(Func<Task<T?>> look, TimeSpan before = default)
        where T : class
    {
        using var deadline = new CancellationTokenSource(before + Deadline);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            if (!await timer.WaitForNextTickAsync(deadline.Token))
            {
                throw new TimeoutException();
            }
        }
    }

    public static Task IsAsync(Func<Task<bool>> look) => IsAsync(async () => await look() ? "so" : null);
}
