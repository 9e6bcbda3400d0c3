namespace TusUpload.UnitTests.Architecture;

public sealed class FileSizeTests
{
    private const int SourceWall = 400;
    private const int TestWall = 600;

    [Fact]
    public void No_file_is_longer_than_the_wall()
    {
        var tooLong = Repository.CodeBelow(Repository.Source).Select(file => (File: file, Wall: SourceWall))
            .Concat(Repository.CodeBelow(Path.Combine(Repository.Root, "tests")).Select(file => (File: file, Wall: TestWall)))
            .Where(entry => !Repository.PartsOf(entry.File).Contains("Migrations"))
            .Where(entry => File.ReadLines(entry.File).Count() > entry.Wall)
            .Select(entry => string.Join('/', Repository.PartsOf(entry.File)));

        Assert.Empty(tooLong);
    }

    [Fact]
    public void There_are_at_most_ten_interfaces_per_hundred_files()
    {
        var files = Repository.CodeBelow(Repository.Source).ToList();
        var interfaces = files.SelectMany(File.ReadLines).Count(line => line.TrimStart() is var code
            && (code.StartsWith("public interface I", StringComparison.Ordinal) || code.StartsWith("internal interface I", StringComparison.Ordinal)));

        Assert.InRange(interfaces * 100, 0, files.Count * 10);
    }
}
