using System.IO.Pipelines;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Progress;

namespace TusUpload.UnitTests.Uploads;

public sealed class WritersTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly Writers _writers;
    private readonly Guid _upload = Guid.CreateVersion7();

    public WritersTests() => _writers = new(Options.Create(new LeaseOptions()), new(Options.Create(new LeaseOptions()), _time), _time);

    [Fact]
    public async Task A_newer_writer_stops_the_running_one_and_enters_when_it_has_left()
    {
        var body = Body();
        var running = (await _writers.EnterAsync(_upload, "ann", body, 5)).Writer;

        var newer = _writers.EnterAsync(_upload, "ann", Body(), 5).AsTask();
        Assert.Equal(BodyEnd.TakenOver, body.End);
        Assert.False(newer.IsCompleted);
        running!.Dispose();

        using var entered = (await newer).Writer;
        Assert.NotNull(entered);
        Assert.Same(entered, _writers.Find(_upload, "ann"));
    }

    [Fact]
    public async Task A_writer_that_does_not_let_go_in_time_is_not_waited_for_longer()
    {
        using var running = (await _writers.EnterAsync(_upload, "ann", Body(), 5)).Writer;

        var newer = _writers.EnterAsync(_upload, "ann", Body(), 5).AsTask();
        var reader = _writers.StopAsync(_upload, "ann").AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal((null, TusError.Locked), await newer);
        Assert.Equal(TusError.Locked, await reader);
    }

    [Fact]
    public async Task Another_user_neither_sees_nor_stops_a_writer()
    {
        var body = Body();
        using var running = (await _writers.EnterAsync(_upload, "ann", body, 5)).Writer;

        Assert.Null(_writers.Find(_upload, "bob"));
        Assert.Null(await _writers.StopAsync(_upload, "bob"));
        using var stranger = (await _writers.EnterAsync(_upload, "bob", Body(), 9)).Writer;
        Assert.Same(running, _writers.Find(_upload, "ann"));
        Assert.Equal(BodyEnd.None, body.End);
    }

    [Fact]
    public async Task A_request_that_believes_another_offset_ends_nobody()
    {
        var body = Body();
        using var running = (await _writers.EnterAsync(_upload, "ann", body, 5)).Writer;
        running!.Live = Begun(5);

        var elsewhere = _writers.EnterAsync(_upload, "ann", Body(), 4).AsTask();
        Assert.False(elsewhere.IsCompleted);
        await PassTimeAsync(elsewhere);
        Assert.Equal((null, TusError.OffsetMismatch), await elsewhere);
        var asked = _writers.StopAsync(_upload, "ann", 4).AsTask();
        await PassTimeAsync(asked);
        Assert.Equal(TusError.OffsetMismatch, await asked);
        Assert.Equal(BodyEnd.None, body.End);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task One_that_only_claims_another_offset_is_waited_for(bool itIsRight)
    {
        var body = Body();
        var running = (await _writers.EnterAsync(_upload, "ann", body, 5)).Writer!;

        var other = _writers.EnterAsync(_upload, "ann", Body(), 4).AsTask();
        var length = _writers.StopAsync(_upload, "ann", 4).AsTask();
        Assert.False(other.IsCompleted);
        Assert.False(length.IsCompleted);
        if (itIsRight)
        {
            running.Live = Begun(5);
            await PassTimeAsync(other);
            await PassTimeAsync(length);
        }
        else
        {
            running.Dispose();
        }

        var (entered, refusal) = await other;
        Assert.Equal((itIsRight, itIsRight ? TusError.OffsetMismatch : null), (entered is null, refusal));
        Assert.Equal(BodyEnd.None, body.End);
        entered?.Dispose();
        await length;
        running.Dispose();
    }

    [Fact]
    public async Task Of_two_that_wait_for_the_same_writer_the_older_never_ends_the_newer()
    {
        var running = (await _writers.EnterAsync(_upload, "ann", Body(), 5)).Writer;
        var older = _writers.EnterAsync(_upload, "ann", Body(), 5).AsTask();
        var newerBody = Body();
        var newer = _writers.EnterAsync(_upload, "ann", newerBody, 5).AsTask();
        running!.Dispose();

        if (await Task.WhenAny(older, newer) == older && (await older).Writer is { } first)
        {
            first.Dispose();
        }

        using var last = (await newer).Writer;
        Assert.NotNull(last);
        Assert.Equal(BodyEnd.None, newerBody.End);
        Assert.True((await older) is { Refusal: { } refusal } ? refusal == TusError.Locked : true);
    }

    [Fact]
    public async Task Of_many_that_want_in_one_is_in_at_a_time()
    {
        var inside = 0;
        var served = 0;

        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(
            async () =>
            {
                using var writer = (await _writers.EnterAsync(_upload, "ann", Body(), 0)).Writer;
                Interlocked.Increment(ref served);
                if (writer is not null)
                {
                    Assert.Equal(1, Interlocked.Increment(ref inside));
                    await Task.Yield();
                    Interlocked.Decrement(ref inside);
                }
            },
            TestContext.Current.CancellationToken)));

        Assert.Equal(50, served);
        Assert.Null(_writers.Find(_upload, "ann"));
    }

    // In small steps with room between them: what waits has to get to its next wait before its whole time has passed.
    private async Task PassTimeAsync(Task awaited)
    {
        while (!awaited.IsCompleted)
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }
    }

    private LiveUpload Begun(long offset) => new(_upload, "ann", offset, null, _time);

    private static TusBody Body() => new(new Pipe().Reader, null);
}
