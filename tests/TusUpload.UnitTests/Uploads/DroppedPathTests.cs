using TusUpload.Uploads.Admission;

namespace TusUpload.UnitTests.Uploads;

public sealed class DroppedPathTests
{
    [Theory]
    [InlineData("trip/day 1/a.jpg", "a.jpg", "trip/day 1")]
    [InlineData("trip/a.jpg", "renamed.JPG", "trip")]
    [InlineData("trip/sub", "a.jpg", "trip/sub")]
    [InlineData("trip/a.jpg/", "a.jpg", "trip/a.jpg")]
    [InlineData("photos", "a.jpg", "photos")]
    [InlineData("dir.v2/Makefile", "Makefile", "dir.v2")]
    public void The_last_segment_is_the_file_where_it_is_called_or_ends_like_it(string path, string name, string directories) =>
        Assert.Equal(directories, string.Join('/', DroppedPath.Read(path, name).Directories!));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("undefined")]
    [InlineData("a.jpg")]
    [InlineData("./a.jpg")]
    [InlineData("/a.jpg")]
    [InlineData("../../a.jpg")]
    [InlineData("  /a.jpg")]
    public void Without_a_directory_there_is_no_folder(string? path)
    {
        var (directories, error) = DroppedPath.Read(path, "a.jpg");

        Assert.Null(directories);
        Assert.Null(error);
    }

    [Theory]
    [InlineData("/etc/../../x//y/a.jpg", "etc/x/y")]
    [InlineData("..\\..\\x/a.jpg", ".._.._x")]
    public void What_leads_out_or_nowhere_is_left_away(string path, string directories) =>
        Assert.Equal(directories, string.Join('/', DroppedPath.Read(path, "a.jpg").Directories!));

    [Fact]
    public void What_is_too_deep_or_too_long_is_refused()
    {
        Assert.Null(DroppedPath.Read(string.Concat(Enumerable.Repeat("d/", 64)) + "a", "a").Error);
        Assert.Equal((422, "path_too_long"), CodeOf(string.Concat(Enumerable.Repeat("d/", 65)) + "a"));
        Assert.Null(DroppedPath.Read(new string('d', 255) + "/a", "a").Error);
        Assert.Equal((422, "path_too_long"), CodeOf(new string('d', 256) + "/a"));

        static (int, string) CodeOf(string path) => DroppedPath.Read(path, "a").Error is { } error ? (error.Status, error.Code) : default;
    }
}
