using TusUpload.Pipeline.Steps;

namespace TusUpload.UnitTests.Pipeline.Steps;

public sealed class RunningFilesTests
{
    private readonly RunningFiles _running = new();
    private readonly Guid _file = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_second_waits_for_the_first()
    {
        var first = await _running.EnterAsync(_file, Ct);
        var second = _running.EnterAsync(_file, Ct);
        Assert.False(second.IsCompleted);

        first.Dispose();

        (await second).Dispose();
        Assert.False(_running.Contains(_file));
    }

    [Fact]
    public async Task Files_do_not_wait_for_each_other()
    {
        using var one = await _running.EnterAsync(_file, Ct);
        using var other = await _running.EnterAsync(Guid.CreateVersion7(), Ct);

        Assert.True(_running.Contains(_file));
    }

    [Fact]
    public async Task One_that_gives_up_waiting_leaves_nothing_behind()
    {
        using var gaveUp = new CancellationTokenSource();
        var first = await _running.EnterAsync(_file, Ct);
        var second = _running.EnterAsync(_file, gaveUp.Token);
        await gaveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.True(_running.Contains(_file));

        first.Dispose();

        Assert.False(_running.Contains(_file));
        (await _running.EnterAsync(_file, Ct)).Dispose();
    }
}
