using Microsoft.Extensions.Time.Testing;

using TusUpload.Pipeline;

namespace TusUpload.UnitTests.Pipeline;

public sealed class PeriodicTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Fact]
    public async Task The_first_run_is_at_once_or_after_its_delay_and_the_next_after_the_interval()
    {
        var time = new FakeTimeProvider();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var (early, late) = (0, 0);
        var atOnce = Periodic.RunAsync(Hour, time, _ => Task.FromResult(early++), _ => { }, stop.Token);
        var delayed = Periodic.RunAsync(Hour / 2, Hour, time, _ => Task.FromResult(late++), _ => { }, stop.Token);

        Assert.Equal((1, 0), (early, late));
        time.Advance(Hour / 2);
        await UntilAsync(() => late == 1);
        Assert.Equal(1, early);
        time.Advance(Hour);
        await UntilAsync(() => (early, late) == (2, 2));

        await stop.CancelAsync();
        await Task.WhenAll(atOnce, delayed);
    }

    [Fact]
    public void A_share_is_never_longer_than_the_interval() =>
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(Periodic.Share(Hour), TimeSpan.Zero, Hour));

    private static async Task UntilAsync(Func<bool> holds)
    {
        for (var i = 0; i < 500 && !holds(); i++)
        {
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.True(holds());
    }
}
