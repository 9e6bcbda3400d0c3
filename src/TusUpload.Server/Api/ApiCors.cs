using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;
using TusUpload.Protocol.Cors;

namespace TusUpload.Server.Api;

/// <summary>Which web pages may call the REST API: those that may upload, as <c>Tus:Cors</c> says.</summary>
internal sealed class ApiCors(IOptions<TusOptions> tus) : IConfigureOptions<CorsOptions>
{
    public const string Policy = "api";

    private static readonly string[] RequestHeaders =
        ["Authorization", "Content-Type", "Accept", "Range", "If-Match", "If-None-Match", "If-Range", "If-Modified-Since", "If-Unmodified-Since",
         "Last-Event-ID", "Cache-Control", "X-Request-ID", "X-Requested-With", "Idempotency-Key"];

    private static readonly string[] ResponseHeaders =
        ["Location", "ETag", "Last-Modified", "Accept-Ranges", "Content-Range", "Content-Length", "Content-Disposition", "Retry-After", "X-Request-ID"];

    public void Configure(CorsOptions options)
    {
        var cors = tus.Value.Cors;
        options.AddPolicy(Policy, policy =>
        {
            policy.AllowAnyMethod()
                .WithHeaders([.. RequestHeaders, .. cors.AllowedHeaders])
                .WithExposedHeaders([.. ResponseHeaders, .. cors.ExposedHeaders])
                .SetPreflightMaxAge(TimeSpan.FromSeconds(cors.MaxAgeSeconds));
            if (cors.AllowedOrigins is { } origins && !origins.Contains(TusCorsOptions.Any))
            {
                policy.WithOrigins([.. origins]);
            }
            else
            {
                policy.AllowAnyOrigin();
            }

            if (cors.AllowCredentials)
            {
                policy.AllowCredentials();
            }
        });
    }
}
