using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

using TusUpload.Server.Api;
using TusUpload.Server.Auth;
using TusUpload.Server.Auth.Login;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Limits;

/// <summary>
/// Token buckets by caller and kind of request, in the memory of each process: n nodes let n times as much through. A bucket that is full is forgotten, so what
/// is held is of those who asked within the time that a bucket takes to fill.
/// </summary>
internal sealed class RateLimits(IOptions<RateLimitOptions> options) : IConfigureOptions<RateLimiterOptions>
{
    private const int NetworkBytes = 8;

    private enum Kind
    {
        Read,
        Write,
        Creation,
        Anonymous,
    }

    /// <summary>Whether a request counts. Everything else, all that goes on with an upload above all, passes the limiter by.</summary>
    public bool Applies(HttpContext http) => options.Value.Enabled && (IsApi(http.Request) || (options.Value.CreationsPerSecond > 0 && IsCreation(http)));

    public void Configure(RateLimiterOptions limiter)
    {
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, (Kind, string)>(PartitionOf);
        limiter.OnRejected = static (rejected, _) =>
        {
            var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)) : 1;
            return new((ApiError.RateLimited with { RetryAfter = wait }).ExecuteAsync(rejected.HttpContext));
        };
    }

    /// <summary>Whoever has a /64 has all of its addresses.</summary>
    internal static string NetworkOf(IPAddress? address)
    {
        address = address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return address is { AddressFamily: AddressFamily.InterNetworkV6 }
            ? Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, NetworkBytes))
            : address?.ToString() ?? "";
    }

    // As routing compares addresses: whatever the case, and with a slash at the end or without. Signing in too: each try is written down.
    private static bool IsApi(HttpRequest request) =>
        (request.Path.StartsWithSegments(ApiSetup.Root, StringComparison.OrdinalIgnoreCase) && !HttpMethods.IsOptions(request.Method))
        || (request.Path.StartsWithSegments(LoginRoutes.Path, StringComparison.OrdinalIgnoreCase) && HttpMethods.IsPost(request.Method));

    // Of both protocols: what names no upload and is no question makes one.
    private static bool IsCreation(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Access>() == Access.Tus && !http.Request.RouteValues.ContainsKey("uploadId")
        && !HttpMethods.IsOptions(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method) && !HttpMethods.IsGet(http.Request.Method);

    private RateLimitPartition<(Kind Kind, string Who)> PartitionOf(HttpContext http)
    {
        var kind = !IsApi(http.Request) ? Kind.Creation
            : HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? Kind.Read
            : Kind.Write;
        var network = NetworkOf(http.Connection.RemoteIpAddress);
        var key = http.User.FindCaller() switch
        {
            null => (Kind.Anonymous, network),
            // Each of its requests comes as somebody else.
            { IsFirstVisit: true } => (kind, network),
            var caller => (kind, caller.Subject),
        };
        var (rate, burst) = BucketOf(key.Item1);
        return rate == 0 ? RateLimitPartition.GetNoLimiter(key) : RateLimitPartition.GetTokenBucketLimiter(key, _ => new()
        {
            TokenLimit = burst,
            TokensPerPeriod = rate,
            ReplenishmentPeriod = TimeSpan.FromSeconds(1),
            QueueLimit = 0,
        });
    }

    private (int Rate, int Burst) BucketOf(Kind kind) => kind switch
    {
        Kind.Read => (options.Value.ReadsPerSecond, options.Value.ReadBurst),
        Kind.Write => (options.Value.WritesPerSecond, options.Value.WriteBurst),
        Kind.Creation => (options.Value.CreationsPerSecond, options.Value.CreationBurst),
        _ => (options.Value.AnonymousPerSecond, options.Value.AnonymousBurst),
    };
}
