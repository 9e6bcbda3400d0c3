using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using TusUpload.Server.Api;

namespace TusUpload.Server.Auth.Jwt;

/// <summary>
/// Signs in with a token of an issuer in <c>Authorization: Bearer</c>. A handler of our own and not ASP.NET Core's: that one refuses the first token that names
/// a new key, and takes keys that cannot be had for a fault of the request.
/// </summary>
internal sealed class JwtAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, JwtTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (BearerToken.Read(Request) is not { } token)
        {
            return AuthenticateResult.NoResult();
        }

        var (caller, _, failure) = await tokens.ReadAsync(token, Context.RequestAborted);
        return caller is null ? AuthenticateResult.Fail(failure!) : AuthenticateResult.Success(new(caller.ToPrincipal(Scheme.Name), Scheme.Name));
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await SignInRefusals.AnswerAsync(Context, (await HandleAuthenticateOnceSafeAsync()).Failure);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiError.Forbidden.ExecuteAsync(Context);
}
