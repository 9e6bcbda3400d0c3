using System.Net;

namespace TusUpload.Server.Auth;

/// <summary>Whether a request was made on this machine and meant for it.</summary>
internal static class LocalRequest
{
    private static readonly string[] ForwardedAddresses = ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix", "X-Forwarded-Port"];

    private static readonly string[] ForwardingHeaders = ["X-Forwarded-For", "X-Real-IP"];

    /// <summary>Both ends, the name it is called by, and whom a proxy says it speaks for.</summary>
    public static bool IsLocal(HttpContext http) =>
        IsLoopback(http.Connection.RemoteIpAddress)
        && IsLoopback(http.Connection.LocalIpAddress)
        && IsLoopbackHost(http.Request.Host.Host)
        && http.Request.Headers["Forwarded"].Count == 0
        && IsSilentOrSpeaksFor(http.Request)
        && ForwardingHeaders.All(header => IsForwardedLocally(http.Request.Headers[header].ToString()));

    /// <summary>
    /// Whether a page of another site made it. The browser of a developer would carry it to this machine, where the address alone is the sign-in.
    /// </summary>
    /// <param name="allowed">Origins that may, by configuration.</param>
    public static bool IsForeignPage(HttpRequest request, IReadOnlyList<string>? allowed) =>
        request.Headers.Origin is { Count: > 0 } origin
        && !(Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var page) && IsLoopbackHost(page.Host))
        && allowed?.Contains(origin.ToString(), StringComparer.OrdinalIgnoreCase) != true;

    // What a proxy tells of the address that was called is a sign of the proxy; who does not tell whom it speaks for speaks for anybody.
    private static bool IsSilentOrSpeaksFor(HttpRequest request) =>
        ForwardedAddresses.All(header => request.Headers[header].Count == 0) || request.Headers["X-Forwarded-For"].Count > 0;

    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address);

    // A page of another site can make its own name resolve to this machine; the name it is called by gives it away.
    private static bool IsLoopbackHost(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address) && IPAddress.IsLoopback(address));

    // Behind a proxy on this machine every connection is local; whom the proxy speaks for is not.
    private static bool IsForwardedLocally(string addresses) =>
        addresses.Length == 0
        || addresses.Split(',', StringSplitOptions.TrimEntries).All(text => IPAddress.TryParse(text, out var address) && IPAddress.IsLoopback(address));
}
