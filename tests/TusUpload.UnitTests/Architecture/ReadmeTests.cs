using System.Text.RegularExpressions;

namespace TusUpload.UnitTests.Architecture;

/// <summary>Prose beside code drifts unless a test holds it.</summary>
public sealed partial class ReadmeTests
{
    private const int LongestReadme = 25;

    public static TheoryData<string> Projects => new(
        Directory.EnumerateFiles(Repository.Source, "*.csproj", SearchOption.AllDirectories)
            .Select(project => Path.GetFileName(Path.GetDirectoryName(project)!)));

    [Theory]
    [MemberData(nameof(Projects))]
    public void The_readme_names_every_room_and_no_other(string project)
    {
        var folder = Path.Combine(Repository.Source, project);
        var rooms = Directory.EnumerateDirectories(folder).Where(room => Repository.CodeBelow(room).Any())
            .Select(room => Path.GetFileName(room)!).Order(StringComparer.Ordinal);
        var readme = File.ReadAllLines(Path.Combine(folder, "README.md"));

        var named = readme.Select(line => RoomRow().Match(line)).Where(row => row.Success)
            .SelectMany(row => row.Groups["room"].Captures.Select(room => room.Value)).Where(room => room is not ("room" or "rooms"))
            .Order(StringComparer.Ordinal);

        Assert.Equal(rooms, named);
        Assert.InRange(readme.Length, 1, LongestReadme);
    }

    /// <summary>A row of the table of rooms: <c>| `Name/`, `Other/` | what |</c>, the ticks and the slash as one likes.</summary>
    [GeneratedRegex(@"^\| (`?(?<room>[A-Za-z]+)/?`?(, | \|))+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RoomRow();
}
