using System.Net;

using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;

using IPNetwork = System.Net.IPNetwork;

namespace TusUpload.Server.Proxies;

/// <summary>
/// Takes a request that a known proxy sends on for what its client made: whose it is, and which address was called. Comes before everything
/// that looks at either. What anybody else says of that is not looked at here; who asks for loopback callers must still treat it as a sign
/// of a proxy.
/// </summary>
internal sealed partial class ForwardedRequests
{
    private const string Proto = "X-Forwarded-Proto";
    private const string Host = "X-Forwarded-Host";

    private static readonly string[] Headers = ["X-Forwarded-For", Proto, Host, "X-Forwarded-Prefix"];

    private readonly RequestDelegate _next;
    private readonly ForwardedHeadersMiddleware _forwarders;
    private readonly List<IPNetwork> _known;
    private readonly ILogger _logger;
    private int _silent;

    public ForwardedRequests(
        RequestDelegate next, IOptions<ProxyOptions> proxies, IOptions<ForwardedHeadersOptions> forwarding, IOptions<TusOptions> tus,
        ILoggerFactory loggers)
    {
        _next = next;
        _known = [.. proxies.Value.Known.Select(known => ProxyOptions.NetworkOf(known)!.Value)];
        _forwarders = new ForwardedHeadersMiddleware(next, loggers, forwarding);
        _logger = loggers.CreateLogger<ForwardedRequests>();
        _silent = tus.Value.PublicUrl is null ? 0 : 1;
    }

    public Task InvokeAsync(HttpContext http)
    {
        if (IsKnown(http.Connection.RemoteIpAddress))
        {
            Apply(http);
        }
        else if (_silent == 0 && Headers.Any(http.Request.Headers.ContainsKey) && Interlocked.Exchange(ref _silent, 1) == 0)
        {
            LogUnknown(_logger);
        }

        return _next(http);
    }

    private void Apply(HttpContext http)
    {
        var request = http.Request;
        var (proto, host) = (request.Headers[Proto], request.Headers[Host]);
        _forwarders.ApplyForwarders(http);

        // What was believed is off the headers. Only with both is the address sure: a proxy that tells the scheme alone may have called us
        // by another name than its client called it.
        if (request.Headers[Proto] != proto && request.Headers[Host] != host && request.Scheme is "http" or "https")
        {
            http.Features.Set(new PublicOrigin($"{request.Scheme}://{request.Host.ToUriComponent()}"));
        }
    }

    private bool IsKnown(IPAddress? peer)
    {
        if (_known.Count == 0 || peer is null)
        {
            return false;
        }

        var address = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        return _known.Exists(network => network.Contains(address));
    }

    [LoggerMessage(EventId = 5500, Level = LogLevel.Warning,
        Message = "X-Forwarded-* headers come from an address that Proxies:Known does not name, and count for nothing."
            + " If a proxy of yours sends them, name its address there, or set Tus:PublicUrl. This is said once")]
    private static partial void LogUnknown(ILogger logger);
}
