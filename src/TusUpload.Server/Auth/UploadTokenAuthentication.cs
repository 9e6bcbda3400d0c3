using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using TusUpload.Protocol.Capabilities;
using TusUpload.Server.Api;
using TusUpload.Uploads.Capabilities;

namespace TusUpload.Server.Auth;

/// <summary>
/// Signs in the bearer of an upload token, as the uploader of that one upload. Only chosen for requests that carry a good one and ask for what tokens are
/// good for; any other request is left to the server's own sign-in. In development mode the bearer has to be local too.
/// </summary>
internal sealed class UploadTokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, UploadTokens tokens, IOptions<AuthOptions> auth)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "upload-token";

    /// <summary>Whether this request is to be signed in by the token that it carries.</summary>
    public static bool Applies(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Access>() is { ForUploadTokens: true }
        && UploadTokenCarrier.Read(http.Request) is { } token
        && http.RequestServices.GetRequiredService<UploadTokens>().Read(token) is { } bearer
        && UploadTokenScope.Covers(bearer, http);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var local = auth.Value.Mode != AuthOptions.Development || LocalRequest.IsLocal(Context);
        return Task.FromResult(local && UploadTokenCarrier.Read(Request) is { } token && tokens.Read(token) is { } bearer
            ? AuthenticateResult.Success(new(bearer.ToPrincipal(Name), Name))
            : AuthenticateResult.NoResult());
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => ApiError.DevelopmentLoopbackOnly.ExecuteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiError.Forbidden.ExecuteAsync(Context);
}
