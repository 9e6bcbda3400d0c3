using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TusUpload.Protocol.Bodies;
using TusUpload.Uploads.Leases;

namespace TusUpload.UnitTests.Uploads;

public sealed class WritersTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Writers _writers;
    private readonly Guid _upload = Guid.CreateVersion7();

    public WritersTests() => _writers = new(Options.Create(new LeaseOptions()), _time);

    [Fact]
    public async Task A_newer_writer_stops_the_running_one_and_enters_when_it_has_left()
    {
        var body = Body();
        var running = await _writers.EnterAsync(_upload, "ann", body);

        var newer = _writers.EnterAsync(_upload, "ann", Body()).AsTask();
        Assert.Equal(BodyEnd.TakenOver, body.End);
        Assert.False(newer.IsCompleted);
        running!.Dispose();

        using var entered = await newer;
        Assert.NotNull(entered);
        Assert.Same(entered, _writers.Find(_upload, "ann"));
    }

    [Fact]
    public async Task A_writer_that_does_not_let_go_in_time_is_not_waited_for_longer()
    {
        using var running = await _writers.EnterAsync(_upload, "ann", Body());

        var newer = _writers.EnterAsync(_upload, "ann", Body()).AsTask();
        var reader = _writers.StopAsync(_upload, "ann").AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Null(await newer);
        Assert.False(await reader);
    }

    [Fact]
    public async Task Another_user_neither_sees_nor_stops_a_writer()
    {
        var body = Body();
        using var running = await _writers.EnterAsync(_upload, "ann", body);

        Assert.Null(_writers.Find(_upload, "bob"));
        Assert.True(await _writers.StopAsync(_upload, "bob"));
        using var stranger = await _writers.EnterAsync(_upload, "bob", Body());
        Assert.Same(running, _writers.Find(_upload, "ann"));
        Assert.Equal(BodyEnd.None, body.End);
    }

    [Fact]
    public async Task Of_many_that_want_in_one_is_in_at_a_time()
    {
        var inside = 0;
        var entered = 0;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(
            async () =>
            {
                using var writer = await _writers.EnterAsync(_upload, "ann", Body());
                Assert.NotNull(writer);
                Assert.Equal(1, Interlocked.Increment(ref inside));
                Interlocked.Increment(ref entered);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
            },
            TestContext.Current.CancellationToken)));

        Assert.Equal(50, entered);
        Assert.Null(_writers.Find(_upload, "ann"));
    }

    private static TusBody Body() => new(new Pipe().Reader, null);
}
