using TusUpload.Data.Nodes;

namespace TusUpload.UnitTests.Uploads;

public sealed class DatabaseClockTests
{
    [Fact]
    public void It_goes_on_from_what_the_database_said_whatever_the_machine_believes()
    {
        var clock = new DatabaseClock();
        var begun = clock.GetTimestamp();
        var told = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));

        var ahead = clock.Set(told);
        var now = clock.GetUtcNow();

        Assert.True(ahead > TimeSpan.FromDays(365));
        Assert.Equal(TimeSpan.Zero, now.Offset);
        Assert.InRange(now, told, told + clock.GetElapsedTime(begun));
    }

    [Fact]
    public void Before_it_was_told_it_is_the_machines()
    {
        var before = TimeProvider.System.GetUtcNow();

        Assert.InRange(new DatabaseClock().GetUtcNow(), before, TimeProvider.System.GetUtcNow());
    }
}
