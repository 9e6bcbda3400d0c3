using TusUpload.UnitTests.Architecture;

namespace TusUpload.ConformanceTests.Clauses;

public sealed class ClauseTableTests
{
    private const string WriteVariable = "TUSUPLOAD_WRITE_DOCS";

    private static string Page => Path.Combine(Repository.Root, "docs", "conformance.md");

    [Fact]
    public void The_page_of_clauses_is_what_the_tests_say()
    {
        var expected = ClauseTable.Write();
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Page)!);
            File.WriteAllText(Page, expected);
        }

        Assert.True(File.Exists(Page), $"docs/conformance.md is missing: run the tests with {WriteVariable}=1.");
        Assert.Equal(expected, File.ReadAllText(Page).ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Every_clause_has_an_id_of_its_own_and_its_test_is_named_by_it()
    {
        Assert.Empty(ClauseTable.Rows.GroupBy(row => row.Clause.Id).Where(group => group.Count() > 1).Select(group => group.Key));
        Assert.Empty(ClauseTable.Rows
            .Where(row => !row.Test.Name.StartsWith(ClauseTable.PrefixOf(row.Clause.Id), StringComparison.Ordinal))
            .Select(row => $"{row.Clause.Id}: {row.Test.Name}"));
        Assert.All(ClauseTable.Rows, row => Assert.Contains(row.Clause.Level, (string[])["MUST", "SHOULD", "MAY"]));
    }

    [Fact]
    public void Every_test_of_the_protocol_belongs_to_a_clause() =>
        Assert.Empty(
            from type in typeof(ClauseTable).Assembly.GetTypes()
            where type.Namespace is { } room && (room.EndsWith(".Core", StringComparison.Ordinal) || room.EndsWith(".Extensions", StringComparison.Ordinal)
                || room.EndsWith(".Ietf", StringComparison.Ordinal))
            from method in type.GetMethods()
            where method.IsDefined(typeof(FactAttribute), inherit: true) && !method.IsDefined(typeof(ClauseAttribute), inherit: true)
            select $"{type.Name}.{method.Name}");

    [Fact]
    public void What_a_proxy_does_otherwise_belongs_to_a_clause() =>
        Assert.Empty(ProxyDifference.All.Select(difference => difference.Clause)
            .Except(ClauseTable.Rows.Select(row => row.Clause.Id), StringComparer.Ordinal));
}
