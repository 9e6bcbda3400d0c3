using Microsoft.AspNetCore.Authentication;

using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Server.Api;
using TusUpload.Server.Auth.Links;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Capabilities;

namespace TusUpload.Server.Auth;

/// <summary>What an upload token opens: the upload it was issued for, until it is revoked.</summary>
internal static class UploadTokenScope
{
    private static readonly string[] RouteKeys = ["uploadId", "id"];

    private static readonly TusError LinkRevoked = new(ApiError.LinkRevoked.Status, ApiError.LinkRevoked.Code, ApiError.LinkRevoked.Message);

    private static readonly TusError Revoked = new(401, "upload_token_revoked", "This upload token has been revoked.");

    /// <summary>Whether the address names the bearer's upload.</summary>
    public static bool Covers(Caller bearer, HttpContext http) =>
        RouteKeys.Select(key => http.Request.RouteValues[key] as string).FirstOrDefault(value => value is not null) is { } named
        && Guid.TryParse(named, out var asked)
        && bearer.UploadId == asked;

    /// <summary>
    /// The tus endpoints' last word on a token. One that was revoked takes nothing from a caller who is signed in besides: the request is then that
    /// caller's. An error of the database becomes the answer that makes no client start again.
    /// </summary>
    public static async Task AuthorizeAsync(AuthorizeContext context)
    {
        var http = context.HttpContext;
        if (!await IsRevokedAsync(http))
        {
            if (await IsOfRevokedLinkAsync(http))
            {
                context.FailRequest(HttpMethods.IsHead(http.Request.Method) ? LinkRevoked with { Status = 404 } : LinkRevoked);
            }

            return;
        }

        if (await http.AuthenticateAsync(AuthSetup.SignIn) is { Succeeded: true } signedIn && Access.Tus.Allows(signedIn.Principal.Caller()))
        {
            http.User = signedIn.Principal;
            return;
        }

        context.FailRequest(Revoked);
    }

    /// <summary>The same for an endpoint of the API. Its arguments are bound by now, the caller among them, so nobody else can step in.</summary>
    public static async ValueTask<object?> FilterAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        await IsRevokedAsync(context.HttpContext) ? ApiError.From(Revoked)
        : await IsOfRevokedLinkAsync(context.HttpContext) ? ApiError.LinkRevoked
        : await next(context);

    private static ValueTask<bool> IsRevokedAsync(HttpContext http) =>
        http.RequestServices.GetRequiredService<UploadTokens>().IsRevokedAsync(http.User.Caller(), http.RequestAborted);

    // A link that was revoked takes the uploads along that were begun through it, whatever else was given for them.
    private static async ValueTask<bool> IsOfRevokedLinkAsync(HttpContext http) =>
        http.User.Caller() is { UploadId: not null, LinkId: { } link }
        && await http.RequestServices.GetRequiredService<LinkVisitors>().FindAsync(link, http.RequestAborted) is not { RevokedAt: null };
}
