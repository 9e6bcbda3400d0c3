using TusUpload.Server.Api.Archives;

namespace TusUpload.UnitTests.Server.Api.Archives;

public sealed class EntryNamesTests
{
    [Theory]
    [InlineData(null, "a.txt", "a.txt")]
    [InlineData("a.txt", "a.txt", "a.txt")]
    [InlineData("photos/2026/old.jpg", "new.jpg", "photos/2026/new.jpg")]
    [InlineData("/photos/a.jpg", "a.jpg", "photos/a.jpg")]
    [InlineData("../../etc/passwd", "passwd", "etc/passwd")]
    [InlineData(@"..\C:\windows\a.dll", "a.dll", "C/windows/a.dll")]
    [InlineData("a/./b//c.txt", "c.txt", "a/b/c.txt")]
    [InlineData("x/y\u0000z/a.txt", "a\u0007.txt", "x/yz/a.txt")]
    [InlineData(null, "größe 表.txt", "größe 表.txt")]
    [InlineData(null, ":", "unnamed")]
    [InlineData("trip/:", ":", "trip/unnamed")]
    [InlineData("trip/a", "..", "trip/unnamed")]
    [InlineData("trip/a", ".:.", "trip/unnamed")]
    [InlineData(".. /.:./a", "a. ", "a")]
    [InlineData("trip. . /a", ".env", "trip/.env")]
    public void A_name_stays_below_where_it_is_unpacked(string? path, string fileName, string expected) =>
        Assert.Equal(expected, new EntryNames().Of(path, fileName));

    [Fact]
    public void No_two_names_are_the_same_on_any_disk()
    {
        var names = new EntryNames();

        Assert.Equal("d/a.txt", names.Of("d/a.txt", "a.txt"));
        Assert.Equal("d/A (2).TXT", names.Of("d/x", "A.TXT"));
        Assert.Equal("d/a (3).txt", names.Of("d/a.txt", "a.txt"));
        Assert.Equal("a.txt", names.Of(null, "a.txt"));
        Assert.Equal("a (2).txt", names.Of(null, "a (2).txt"));
        Assert.Equal("a (3).txt", names.Of(null, "a.txt"));
        Assert.Equal("none", names.Of(null, "none"));
        Assert.Equal("none (2)", names.Of(null, "none"));
        Assert.Equal(".env", names.Of(null, ".env"));
        Assert.Equal(".env (2)", names.Of(null, ".env"));
    }
}
