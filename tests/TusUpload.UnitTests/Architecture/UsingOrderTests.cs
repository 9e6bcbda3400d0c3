namespace TusUpload.UnitTests.Architecture;

/// <summary>The order of usings is all of the format that the build does not check itself.</summary>
public sealed class UsingOrderTests
{
    [Fact]
    public void Usings_stand_in_their_order_the_systems_first()
    {
        var files = Repository.CodeBelow(Repository.Source).Concat(Repository.CodeBelow(Path.Combine(Repository.Root, "tests")))
            .Where(file => !Repository.PartsOf(file).Contains("Migrations"));

        Assert.Empty(files.Where(file => !IsInOrder(file)).Select(file => string.Join('/', Repository.PartsOf(file))));
    }

    private static bool IsInOrder(string file)
    {
        var usings = File.ReadLines(file).TakeWhile(line => line.Length == 0 || line.StartsWith("using ", StringComparison.Ordinal)
                || line.StartsWith("//", StringComparison.Ordinal) || line.StartsWith("[assembly:", StringComparison.Ordinal))
            .Where(line => line.StartsWith("using ", StringComparison.Ordinal)).Select(line => line["using ".Length..].TrimEnd(';')).ToList();
        return usings.SequenceEqual(usings.OrderBy(KindOf).ThenBy(name => name, StringComparer.OrdinalIgnoreCase), StringComparer.Ordinal);
    }

    private static int KindOf(string name) => name switch
    {
        _ when name.Contains('=', StringComparison.Ordinal) => 3,
        _ when name.StartsWith("static ", StringComparison.Ordinal) => 2,
        _ when name == "System" || name.StartsWith("System.", StringComparison.Ordinal) => 0,
        _ => 1,
    };
}
