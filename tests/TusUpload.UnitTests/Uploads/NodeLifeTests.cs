using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TusUpload.Uploads.Leases;

namespace TusUpload.UnitTests.Uploads;

public sealed class NodeLifeTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly LeaseOptions _options = new();
    private readonly NodeLife _life;

    public NodeLifeTests()
    {
        _life = new(Options.Create(_options), _time);
        Assert.True(_life.Beat(_time.GetTimestamp()));
    }

    private bool Holds(int life) => _life.Holds(life, _time.GetTimestamp());

    [Fact]
    public void What_is_held_is_held_while_the_heart_beats()
    {
        var life = _life.Current;
        for (var beat = 0; beat < 5; beat++)
        {
            _time.Advance(_options.HeartbeatPeriod);
            Assert.True(Holds(life));
            Assert.True(_life.Beat(_time.GetTimestamp()));
        }

        Assert.Equal(_options.WriterLimit, _life.Left);
    }

    [Fact]
    public void Nothing_is_held_after_a_silence_and_before_anybody_may_take_over()
    {
        _time.Advance(_options.WriterLimit);

        Assert.False(Holds(_life.Current));
        Assert.True(_options.WriterLimit < _options.HeartbeatLimit);
    }

    [Fact]
    public void A_beat_counts_from_when_it_was_sent()
    {
        var begun = _time.GetTimestamp();
        _time.Advance(_options.HeartbeatPeriod);
        Assert.True(_life.Beat(begun));

        _time.Advance(_options.WriterLimit - _options.HeartbeatPeriod);

        Assert.False(Holds(_life.Current));
    }

    [Fact]
    public void What_was_held_before_a_silence_is_not_held_after_it()
    {
        var old = _life.Current;
        _time.Advance(_options.WriterLimit);

        Assert.False(_life.Beat(_time.GetTimestamp()));

        Assert.False(Holds(old));
        Assert.True(Holds(_life.Current));
    }
}
