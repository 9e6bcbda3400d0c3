using System.Security.Claims;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Server.Api;
using TusUpload.Uploads.Capabilities;

namespace TusUpload.Server.Auth;

/// <summary>Metadata of endpoints that an upload token opens, for the upload it was issued for.</summary>
internal sealed class UploadTokenScope
{
    private static readonly string[] RouteKeys = ["uploadId", "id"];

    private static readonly TusError Revoked = new(401, "upload_token_revoked", "This upload token has been revoked, or its upload has ended.");

    /// <summary>Whether the address names the bearer's upload.</summary>
    public static bool Covers(ClaimsPrincipal bearer, HttpContext http) =>
        RouteKeys.Select(key => http.Request.RouteValues[key] as string).FirstOrDefault(value => value is not null) is { } named
        && Guid.TryParse(named, out var asked)
        && UploadTokens.UploadOf(bearer) == asked;

    /// <summary>The tus endpoints' last word on a token. An error of the database becomes the answer that makes no client start again.</summary>
    public static async Task AuthorizeAsync(AuthorizeContext context)
    {
        var tokens = context.HttpContext.RequestServices.GetRequiredService<UploadTokens>();
        if (!await tokens.IsCurrentAsync(context.HttpContext.User, context.HttpContext.RequestAborted))
        {
            context.FailRequest(Revoked);
        }
    }

    /// <summary>The same for an endpoint of the API.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var tokens = http.RequestServices.GetRequiredService<UploadTokens>();
        return await tokens.IsCurrentAsync(http.User, http.RequestAborted) ? await next(context) : ApiError.From(Revoked);
    }
}

internal static class UploadTokenEndpoints
{
    /// <summary>The tus endpoints: the dispatcher asks for the token's last word, see <see cref="UploadTokenScope.AuthorizeAsync"/>.</summary>
    public static void WithUploadTokens(this IEndpointConventionBuilder endpoints) => endpoints.WithMetadata(new UploadTokenScope());

    /// <summary>An endpoint of the API.</summary>
    public static RouteHandlerBuilder OrUploadToken(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new UploadTokenScope()).AddEndpointFilter(UploadTokenScope.FilterAsync);
}
