using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;
using TusUpload.Protocol.Cors;

namespace TusUpload.Server.Api;

/// <summary>Which web pages may call the REST API: those that may upload, as <c>Tus:Cors</c> says, and those of <see cref="Cors.TargetOrigins"/>.</summary>
internal sealed class ApiCors : ICorsPolicyProvider
{
    private static readonly string[] RequestHeaders =
        ["Authorization", "Content-Type", "Accept", "Range", "If-Match", "If-None-Match", "If-Range", "If-Modified-Since", "If-Unmodified-Since",
         "Last-Event-ID", "Cache-Control", "X-Request-ID", "X-Requested-With", "Idempotency-Key"];

    private static readonly string[] ResponseHeaders =
        ["Location", "ETag", "Last-Modified", "Accept-Ranges", "Content-Range", "Content-Length", "Content-Disposition", "Retry-After", "X-Request-ID",
         "Idempotency-Replayed"];

    private readonly CorsPolicy _configured;
    private readonly CorsPolicy _admitted;

    public ApiCors(IOptions<TusOptions> tus)
    {
        var cors = tus.Value.Cors;
        var configured = Build(cors);
        if (cors.AllowedOrigins is { } origins && !origins.Contains(TusCorsOptions.Any))
        {
            configured.WithOrigins([.. origins]);
        }
        else
        {
            configured.AllowAnyOrigin();
        }

        if (cors.AllowCredentials)
        {
            configured.AllowCredentials();
        }

        _configured = configured.Build();
        _admitted = Build(cors).SetIsOriginAllowed(static _ => true).Build();
    }

    public Task<CorsPolicy?> GetPolicyAsync(HttpContext context, string? policyName) =>
        Task.FromResult<CorsPolicy?>(context.Features.Get<AdmittedOrigin>() is null ? _configured : _admitted);

    private static CorsPolicyBuilder Build(TusCorsOptions cors) => new CorsPolicyBuilder()
        .AllowAnyMethod()
        .WithHeaders([.. RequestHeaders, .. cors.AllowedHeaders])
        .WithExposedHeaders([.. ResponseHeaders, .. cors.ExposedHeaders])
        .SetPreflightMaxAge(TimeSpan.FromSeconds(cors.MaxAgeSeconds));
}
