using Microsoft.Extensions.Time.Testing;

using TusUpload.Protocol;
using TusUpload.Protocol.Ietf;

namespace TusUpload.UnitTests.Protocol.Ietf;

public sealed class UploadLimitTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddDays(1);

    [Theory]
    [InlineData(null, null, null, "min-size=0")]
    [InlineData(50L, null, null, "max-size=50")]
    [InlineData(null, 7L, null, "max-append-size=7")]
    [InlineData(50L, 7L, 90.9, "max-size=50, max-append-size=7, max-age=90")]
    [InlineData(null, null, -3.0, "max-age=0")]
    [InlineData(999_999_999_999_999L, 1_000_000_000_000_000L, null, "max-size=999999999999999")]
    [InlineData(1_000_000_000_000_000L, null, null, "min-size=0")]
    public void It_tells_what_there_is_to_keep_to_and_is_never_empty(long? size, long? chunk, double? left, string told)
    {
        var options = new TusOptions { MaxSize = size, MaxChunkSize = chunk };

        Assert.Equal(told, UploadLimit.Of(options, left is { } seconds ? Now.AddSeconds(seconds) : null, new FakeTimeProvider(Now)));
    }

    [Fact]
    public void Before_an_upload_is_made_its_whole_life_is_told()
    {
        var options = new TusOptions { MaxSize = null, MaxChunkSize = null };

        Assert.Equal("max-age=3600", UploadLimit.Of(options, new MemoryStore()));
        Assert.Equal("min-size=0", UploadLimit.Of(options, new JoiningStore()));
    }
}
