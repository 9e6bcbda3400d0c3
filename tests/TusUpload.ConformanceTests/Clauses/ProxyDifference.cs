using TusUpload.IntegrationTests.Harness.Proxies;

namespace TusUpload.ConformanceTests.Clauses;

/// <summary>A clause that a proxy takes into its own hands, so that no server behind it can keep it.</summary>
internal sealed record ProxyDifference(ProxyKind Proxy, string Clause, string Why)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ProxyDifference> All { get; } = [];

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
