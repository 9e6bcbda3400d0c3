using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using TusUpload.Uploads.Sessions;

namespace TusUpload.UnitTests.Uploads;

public sealed class RunningDigestsTests
{
    private readonly Guid _upload = Guid.CreateVersion7();

    [Fact]
    public void A_digest_goes_on_where_it_was_kept()
    {
        using var digests = New(10);
        var first = digests.Take(_upload, 0)!;
        first.Append("hello "u8);
        digests.Keep(_upload, first);

        using var second = digests.Take(_upload, 6)!;
        second.Append("world"u8);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("hello world"u8)), second.Finish());
    }

    [Fact]
    public void A_digest_that_has_not_seen_exactly_the_bytes_before_is_worth_nothing()
    {
        using var digests = New(10);
        var seen = digests.Take(_upload, 0)!;
        seen.Append("hello"u8);
        digests.Keep(_upload, seen);

        Assert.Null(digests.Take(_upload, 4));
        Assert.Null(digests.Take(_upload, 5));
        Assert.Null(digests.Take(Guid.CreateVersion7(), 5));
    }

    [Fact]
    public void Of_more_than_allowed_the_one_that_has_waited_longest_goes()
    {
        using var digests = New(1);
        var later = Guid.CreateVersion7();
        foreach (var id in new[] { _upload, later })
        {
            var digest = digests.Take(id, 0)!;
            digest.Append("x"u8);
            digests.Keep(id, digest);
        }

        Assert.Null(digests.Take(_upload, 1));
        Assert.NotNull(digests.Take(later, 1));
    }

    private static RunningDigests New(int most) => new(Options.Create(new SessionOptions { RunningDigests = most }));
}
