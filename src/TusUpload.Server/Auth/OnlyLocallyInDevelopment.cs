using Microsoft.Extensions.Options;

using TusUpload.Protocol;
using TusUpload.Server.Api;

namespace TusUpload.Server.Auth;

/// <summary>Of endpoints that ask for no sign-in: in development mode they too answer only what is asked on this machine, by pages of this machine.</summary>
internal static class OnlyLocallyInDevelopment
{
    public static ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var (http, services) = (context.HttpContext, context.HttpContext.RequestServices);
        return services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode != AuthOptions.Development ? next(context)
            : !LocalRequest.IsLocal(http) ? new(ApiError.DevelopmentLoopbackOnly)
            : LocalRequest.IsForeignPage(http.Request, services.GetRequiredService<IOptions<TusOptions>>().Value.Cors.AllowedOrigins)
                ? new(ApiError.DevelopmentForeignOrigin)
                : next(context);
    }
}
