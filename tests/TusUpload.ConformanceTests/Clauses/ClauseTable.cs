using System.Globalization;
using System.Reflection;
using System.Text;

namespace TusUpload.ConformanceTests.Clauses;

/// <summary>All clauses that have a test, as docs/conformance.md shows them.</summary>
internal static class ClauseTable
{
    private const string Core = "core-";

    private const string Intro = """
        # Conformance to tus 1.0.0 and to resumable uploads of the IETF

        One test per requirement of the [tus resumable upload protocol 1.0.0](https://tus.io/protocols/resumable-upload), in our words, for the
        core protocol and the extensions that this server advertises. The tests are in `tests/TusUpload.ConformanceTests` and run against the
        real server on a socket, over HTTP/1.1 and, where a client library can say it, over HTTP/2 without TLS, and through
        nginx, HAProxy and Caddy as `config/proxies` sets them up.

        Clauses that begin with `ietf-` are of the IETF's [resumable uploads for HTTP](https://datatracker.ietf.org/doc/draft-ietf-httpbis-resumable-upload/),
        as its draft stood in July 2026; `ietf-tus-` is what holds where one upload meets both protocols.

        A test generates this page and fails when it differs: run the tests with `TUSUPLOAD_WRITE_DOCS=1` to write it.
        """;

    /// <summary>In the order of their ids; numbers count as numbers.</summary>
    public static IReadOnlyList<(ClauseAttribute Clause, MethodInfo Test)> Rows { get; } =
    [
        .. (from type in Assembly.GetExecutingAssembly().GetTypes()
            from test in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
            let clause = test.GetCustomAttribute<ClauseAttribute>()
            where clause is not null
            select (clause, test))
            .OrderBy(row => row.clause.Id.StartsWith(Core, StringComparison.Ordinal) ? 0 : 1)
            .ThenBy(row => PartOf(row.clause.Id), StringComparer.Ordinal)
            .ThenBy(row => NumberOf(row.clause.Id)),
    ];

    /// <summary>What the name of the clause's test begins with: HEAD_2 of core-head-2.</summary>
    public static string PrefixOf(string id) =>
        (id.StartsWith(Core, StringComparison.Ordinal) ? id[Core.Length..] : id).Replace('-', '_').ToUpperInvariant() + "_";

    public static string Write()
    {
        var page = new StringBuilder(Intro.ReplaceLineEndings("\n"));
        page.Append(CultureInfo.InvariantCulture, $"\n\n{Rows.Count} clauses: ");
        page.AppendJoin(", ", Rows.CountBy(row => row.Clause.Level).Select(level => $"{level.Value} {level.Key}")).Append(".\n\n");
        page.Append("| Clause | Requirement | Level | Test |\n| --- | --- | --- | --- |\n");
        foreach (var (clause, test) in Rows)
        {
            page.Append(CultureInfo.InvariantCulture, $"| {clause.Id} | {clause.Requirement} | {clause.Level} | `{test.DeclaringType!.Name}.{test.Name}` |\n");
        }

        page.Append("\n## Where this server does otherwise, on purpose\n\n");
        foreach (var (clause, _) in Rows.Where(row => row.Clause.Otherwise is not null))
        {
            page.Append(CultureInfo.InvariantCulture, $"- {clause.Id}: {clause.Otherwise}\n");
        }

        page.Append("\n## Where a proxy does otherwise\n\n");
        foreach (var difference in ProxyDifference.All)
        {
            page.Append(CultureInfo.InvariantCulture, $"- {difference.Clause}, {difference.Proxy.Name}: {difference.Why}\n");
        }

        if (ProxyDifference.All.Count == 0)
        {
            page.Append("Nowhere: what the clauses ask for gets through all three.\n");
        }

        return page.ToString();
    }

    private static string PartOf(string id) => id[..id.LastIndexOf('-')];

    private static int NumberOf(string id) => int.Parse(id[(id.LastIndexOf('-') + 1)..], CultureInfo.InvariantCulture);
}
