using System.Collections.Frozen;
using System.Globalization;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace TusUpload.Protocol.Cors;

/// <summary>
/// Sets the CORS headers of an answer, refusals included: without them a page sees a network error instead of the refusal. All values are
/// made once.
/// </summary>
internal sealed class CorsPolicy
{
    private static readonly string[] RequestHeaders =
    [
        "Authorization", "Content-Type", "Content-Disposition", "Content-Digest", "Repr-Digest", "Want-Repr-Digest", "Idempotency-Key",
        "X-Request-ID", "X-Requested-With", "X-HTTP-Method-Override", "Tus-Resumable", "Upload-Offset", "Upload-Length", "Upload-Defer-Length",
        "Upload-Metadata", "Upload-Checksum", "Upload-Concat", "Upload-Complete", "Upload-Incomplete", "Upload-Draft-Interop-Version",
        "Upload-Token",
    ];

    private static readonly string[] ResponseHeaders =
    [
        "Location", "Retry-After", "X-Request-ID", "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size",
        "Tus-Recommended-Chunk-Size", "Tus-Max-Chunk-Size", "Tus-Checksum-Algorithm",
        "Upload-Offset", "Upload-Length", "Upload-Defer-Length", "Upload-Metadata", "Upload-Expires",
        "Upload-Concat", "Upload-Complete", "Upload-Incomplete", "Upload-Limit", "Upload-Draft-Interop-Version", "Upload-Token",
        "Repr-Digest",
    ];

    private static readonly StringValues True = "true";
    private static readonly StringValues Methods = "OPTIONS, POST, HEAD, PATCH, DELETE, GET, PUT";

    private readonly FrozenSet<string> _origins;
    private readonly bool _any;
    private readonly bool _credentials;
    private readonly StringValues _allowedHeaders;
    private readonly StringValues _exposedHeaders;
    private readonly StringValues _maxAge;

    public CorsPolicy(IOptions<TusOptions> options)
    {
        var cors = options.Value.Cors;
        _any = cors.AllowsAnyOrigin;
        _origins = (cors.AllowedOrigins ?? []).ToFrozenSet(StringComparer.OrdinalIgnoreCase);
        _credentials = cors.AllowCredentials;
        _allowedHeaders = string.Join(", ", [.. RequestHeaders, .. cors.AllowedHeaders]);
        _exposedHeaders = string.Join(", ", [.. ResponseHeaders, .. cors.ExposedHeaders]);
        _maxAge = cors.MaxAgeSeconds.ToString(CultureInfo.InvariantCulture);
    }

    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0;

    /// <summary>Sets what every answer carries. May be called twice for one answer.</summary>
    public void Apply(HttpContext http)
    {
        var origin = http.Request.Headers.Origin;
        if (origin.Count == 0)
        {
            return;
        }

        var headers = http.Response.Headers;

        // The answer differs by origin, also where the origin is refused.
        if (!headers.Vary.Contains("Origin"))
        {
            headers.Append("Vary", "Origin");
        }

        var isKnown = origin.Count == 1 && (_any || _origins.Contains(origin[0]!));
        if (!isKnown && (origin.Count > 1 || http.Features.Get<AdmittedOrigin>() is null))
        {
            return;
        }

        headers.AccessControlAllowOrigin = origin;
        if (_credentials && isKnown)
        {
            headers.AccessControlAllowCredentials = True;
        }

        if (!IsPreflight(http.Request))
        {
            headers.AccessControlExposeHeaders = _exposedHeaders;
            return;
        }

        headers.AccessControlAllowMethods = Methods;
        headers.AccessControlAllowHeaders = _allowedHeaders;
        headers.AccessControlMaxAge = _maxAge;
    }
}
