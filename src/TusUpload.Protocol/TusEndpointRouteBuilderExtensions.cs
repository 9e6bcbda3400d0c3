using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using TusUpload.Protocol.Cors;
using TusUpload.Protocol.Stores;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol;

/// <summary>Puts the protocol on a path.</summary>
public static class TusEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps uploads to <paramref name="path"/> (null: <see cref="TusOptions.Path"/>) and to the ids below it. Conventions such as
    /// RequireAuthorization hold for all verbs but OPTIONS: browsers send preflights without credentials.
    /// </summary>
    public static IEndpointConventionBuilder MapTus(this IEndpointRouteBuilder endpoints, string? path = null)
    {
        var services = endpoints.ServiceProvider;
        if (services.GetService<IServiceProviderIsService>()?.IsService(typeof(ITusStore)) == false)
        {
            throw new InvalidOperationException("MapTus needs a store: register an ITusStore.");
        }

        var dispatcher = services.GetRequiredService<TusDispatcher>();
        var group = endpoints.MapGroup(path ?? services.GetRequiredService<IOptions<TusOptions>>().Value.Path);
        foreach (var pattern in (string[])["", $"{{{TusDispatcher.RouteKey}}}"])
        {
            group.MapMethods(pattern, [HttpMethods.Options], dispatcher.HandleAsync)
                .AllowAnonymous().WithMetadata(TusEndpoint.Instance).WithDisplayName("tus discovery");
            group.Map(pattern, dispatcher.HandleAsync).WithMetadata(TusEndpoint.Instance).WithDisplayName("tus");
        }

        return group;
    }

    /// <summary>
    /// Sets the headers that every answer of tus endpoints carries, CORS among them, before other middleware answers for them: so a client
    /// and a page can read a 401. Belongs after routing and before authentication; not needed where nothing stands before the endpoints.
    /// </summary>
    public static IApplicationBuilder UseTusCors(this IApplicationBuilder app)
    {
        var cors = app.ApplicationServices.GetRequiredService<CorsPolicy>();
        return app.Use((http, next) =>
        {
            if (http.GetEndpoint()?.Metadata.GetMetadata<TusEndpoint>() is not null)
            {
                TusDispatcher.Begin(http, cors);
            }

            return next(http);
        });
    }

    private sealed class TusEndpoint
    {
        public static readonly TusEndpoint Instance = new();
    }
}
