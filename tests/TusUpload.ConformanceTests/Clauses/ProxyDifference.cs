using TusUpload.IntegrationTests.Harness.Proxies;

namespace TusUpload.ConformanceTests.Clauses;

/// <summary>A clause that a proxy takes into its own hands, so that no server behind it can keep it.</summary>
internal sealed record ProxyDifference(ProxyKind Proxy, string Clause, string Why)
{
    private const string Trailers =
        "it passes on that a trailer will come, and drops the trailer: every such body is refused with 400, and nothing of it is kept. The checksum "
        + "has to come in the head.";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ProxyDifference> All { get; } =
    [
        new(ProxyKind.Nginx, "checksum-trailer-2", Trailers),
        new(ProxyKind.Nginx, "checksum-trailer-6", Trailers),
        new(ProxyKind.Caddy, "checksum-trailer-2", Trailers),
        new(ProxyKind.Caddy, "checksum-trailer-6", Trailers),
    ];

    /// <summary>Skips the running test where its clause is the proxy's.</summary>
    public static void SkipIfAny(ProxyKind proxy)
    {
        if (TestContext.Current.Test?.Traits.TryGetValue("clause", out var clauses) == true
            && All.FirstOrDefault(row => row.Proxy == proxy && clauses.Contains(row.Clause)) is { } difference)
        {
            Assert.Skip($"{proxy.Name}: {difference.Why}");
        }
    }
}
