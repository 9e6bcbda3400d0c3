using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;
using TusUpload.Server.Api;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth;

/// <summary>
/// Auth:Mode <c>development</c>: whoever calls from this machine is <see cref="LocalUser"/>, or another local user that <see cref="UserHeader"/>
/// names, for tests and demonstrations. Everybody else is refused, and so are pages of other sites, but for uploads: those may come from any
/// page that <c>Tus:Cors</c> lets in, and tell it nothing of what is there.
/// </summary>
internal sealed class DevelopmentAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, IOptions<TusOptions> tus)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string LocalUser = "local";
    public const string UserHeader = "X-TusUpload-User";

    private const int LongestName = 100;

    private bool IsForeign =>
        !Request.Path.StartsWithSegments(tus.Value.Path, StringComparison.OrdinalIgnoreCase)
        && LocalRequest.IsForeignPage(Request, tus.Value.Cors.AllowedOrigins);

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!LocalRequest.IsLocal(Context) || IsForeign || NameOf(Request) is not { } name)
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var user = new Caller(name, Rights.OfAdmin).ToPrincipal(Scheme.Name);
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(user, Scheme.Name)));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) =>
        ((LocalRequest.IsLocal(Context), IsForeign) switch
        {
            (false, _) => ApiError.DevelopmentLoopbackOnly,
            (_, true) => ApiError.DevelopmentForeignOrigin,
            _ => ApiError.InvalidUserName,
        }).ExecuteAsync(Context);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiError.Forbidden.ExecuteAsync(Context);

    /// <summary>Null: the header names nobody that could be a user.</summary>
    private static string? NameOf(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(UserHeader, out var header))
        {
            return LocalUser;
        }

        var name = header.ToString();
        return name.Length is > 0 and <= LongestName && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '@')
            ? name
            : null;
    }
}
