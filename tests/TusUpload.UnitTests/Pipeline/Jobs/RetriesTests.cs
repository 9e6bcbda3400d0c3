using Microsoft.Extensions.Options;
using TusUpload.Pipeline.Jobs;

namespace TusUpload.UnitTests.Pipeline.Jobs;

public sealed class RetriesTests
{
    private readonly Retries _retries = new(Options.Create(new JobsOptions()));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(9, 256)]
    [InlineData(11, 600)]
    [InlineData(1_000, 600)]
    public void Delays_double_from_the_first_to_the_longest(int failures, double seconds)
    {
        Assert.Equal(seconds, _retries.Delay(failures, chance: 0.5).TotalSeconds, 3);
        Assert.Equal(seconds * 0.75, _retries.Delay(failures, chance: 0).TotalSeconds, 3);
        Assert.Equal(seconds * 1.25, _retries.Delay(failures, chance: 1).TotalSeconds, 3);
    }
}
