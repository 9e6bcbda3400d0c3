using System.Data.Common;
using System.Text.Encodings.Web;

using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using TusUpload.Server.Api;

namespace TusUpload.Server.Auth.ApiKeys;

/// <summary>Signs in with an API key in <c>Authorization: Bearer</c>. In development mode its holder has to be local too.</summary>
internal sealed class ApiKeyAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory loggers, UrlEncoder encoder, ApiKeyCallers callers, IOptions<AuthOptions> auth)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public const string Name = "api-key";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (auth.Value.Mode == AuthOptions.Development && !LocalRequest.IsLocal(Context))
        {
            return AuthenticateResult.NoResult();
        }

        try
        {
            return BearerToken.Read(Request) is { } text && ApiKeyToken.Read(text) is { } token
                && await callers.FindAsync(token, Context.RequestAborted) is { } caller
                    ? AuthenticateResult.Success(new(caller.ToPrincipal(Name), Name))
                    : AuthenticateResult.Fail(new AuthenticationFailure());
        }
        catch (DbException trouble)
        {
            // That says nothing of the key; the refusal knows what a client that asks for its offset may be told.
            return AuthenticateResult.Fail(trouble);
        }
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties) =>
        await SignInRefusals.AnswerAsync(Context, (await HandleAuthenticateOnceSafeAsync()).Failure);

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ApiError.Forbidden.ExecuteAsync(Context);
}
