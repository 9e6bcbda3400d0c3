namespace TusUpload.IntegrationTests.Harness;

/// <summary>Waits for what happens soon, by asking again.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>The first value that is not null; fails after 20 s.</summary>
    public static async Task<T> FindAsync<T>(Func<Task<T?>> find, string what)
        where T : class
    {
        var token = TestContext.Current.CancellationToken;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (!limit.IsCancellationRequested)
        {
            if (await find() is { } found)
            {
                return found;
            }

            await Task.Delay(Pause, CancellationToken.None);
        }

        token.ThrowIfCancellationRequested();
        Assert.Fail($"Waited in vain for {what}.");
        return null!;
    }
}
