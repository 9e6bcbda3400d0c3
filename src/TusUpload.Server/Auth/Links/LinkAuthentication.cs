using System.Data.Common;
using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;
using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Stores;
using TusUpload.Server.Api;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Links;

/// <summary>
/// Signs in visitors of a link: with a link token in <c>Authorization: Bearer</c>; or, for making an upload, with nothing but the link's name in the
/// metadata. Who comes so has not been there before, and goes on with the token that its upload's address carries. In development mode visitors have to be
/// local too.
/// </summary>
internal sealed class LinkAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, LinkSignIn signIn, IOptions<AuthOptions> auth)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "link";

    private bool IsAway => auth.Value.Mode == AuthOptions.Development && !LocalRequest.IsLocal(Context);

    /// <summary>Whether a request brings a link token, or comes by a link and brings nothing else.</summary>
    public static bool Applies(HttpContext http) => BearerToken.Read(http.Request) is { } token ? LinkToken.IsLike(token) : NameOf(http) is not null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (IsAway)
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            var (caller, refusal) = BearerToken.Read(Request) is { } token
                ? await signIn.ReadAsync(token, Context.RequestAborted)
                : await VisitAsync();
            return caller is null
                ? AuthenticateResult.Fail(new AuthenticationFailure(refusal))
                : AuthenticateResult.Success(new(caller.ToPrincipal(Name), Name));
        }
        catch (DbException trouble)
        {
            // That says nothing of the link; the refusal knows what a client that asks for its offset may be told.
            return AuthenticateResult.Fail(trouble);
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) => await (IsAway
        ? ApiError.DevelopmentLoopbackOnly.ExecuteAsync(Context)
        : SignInRefusals.AnswerAsync(Context, (await HandleAuthenticateOnceSafeAsync()).Failure));

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiError.Forbidden.ExecuteAsync(Context);

    private async ValueTask<(Caller? Caller, ApiError? Refusal)> VisitAsync()
    {
        // Each request would come as a visitor of its own, and no upload be made of their parts.
        if (Request.Headers.ContainsKey("Upload-Concat"))
        {
            return (null, ApiError.LinkSessionRequired);
        }

        Context.Features.Set(UploadTokenNeeded.Instance);
        return await signIn.VisitAsync(NameOf(Context)!, Context.RequestAborted);
    }

    /// <summary>The link, by id or slug, that a request for a new upload names which signs in with nothing; null for any other.</summary>
    private static string? NameOf(HttpContext http)
    {
        var request = http.Request;
        if (http.GetEndpoint()?.Metadata.GetMetadata<Access>() != Access.Tus
            || request.Headers.Authorization.Count > 0
            || request.RouteValues.ContainsKey("uploadId")
            || !request.Headers["Upload-Metadata"].ToString().Contains(UploadPlaces.LinkKey, StringComparison.Ordinal))
        {
            return null;
        }

        var services = http.RequestServices;
        if (request.Headers.ContainsKey(DevelopmentAuthentication.UserHeader)
            && services.GetRequiredService<IOptions<AuthOptions>>().Value.Mode == AuthOptions.Development)
        {
            return null;
        }

        var metadata = UploadMetadata.Read(request.Headers["Upload-Metadata"], services.GetRequiredService<IOptions<TusOptions>>().Value.MaxMetadataBytes);
        return metadata.Find(UploadPlaces.LinkKey) is { } name && UploadPlaces.IsLink(name) ? name : null;
    }
}
