using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

using TusUpload.Server.Api;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth.ApiKeys;
using TusUpload.Server.Auth.Jwt;
using TusUpload.Server.Setup;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Login;

/// <summary>
/// Where an operator's browser signs in: with a token or an API key, against which it gets a cookie. In development mode nobody needs to.
/// </summary>
internal static class LoginRoutes
{
    public const string Path = "/login";
    public const string ReturnTo = "returnTo";

    private const string OutPath = "/logout";
    private const string Home = "/hangfire";

    public static void MapLogin(this IEndpointRouteBuilder endpoints, ServerRoles roles)
    {
        if (!roles.Dashboard)
        {
            return;
        }

        var login = endpoints.MapGroup("").AllowAnonymous().ExcludeFromDescription();
        login.MapGet(Path, ShowAsync);
        login.MapPost(Path, SignInAsync).DisableAntiforgery().WithMetadata(new AuditedAction("sign in"));
        login.MapPost(OutPath, SignOutAsync).DisableAntiforgery().WithMetadata(new AuditedAction("sign out"));
    }

    private static async Task<IResult> ShowAsync(HttpContext http, IOptions<AuthOptions> auth)
    {
        if (auth.Value.Mode == AuthOptions.Development)
        {
            return TypedResults.LocalRedirect("~" + Home);
        }

        var known = await http.AuthenticateAsync(LoginCookie.Scheme);
        return new LoginPage(http.Request.Query[ReturnTo], known.Principal?.FindCaller()?.Subject, null, StatusCodes.Status200OK);
    }

    private static async Task<IResult> SignInAsync(HttpContext http, [AsParameters] Services services)
    {
        if (!IsOwnPage(http.Request) || !http.Request.HasFormContentType)
        {
            return ApiError.Forbidden;
        }

        if (await ReadFormAsync(http.Request) is not { } form)
        {
            return ApiError.InvalidRequest;
        }

        var returnTo = form[ReturnTo].ToString();
        var (caller, end) = await services.FindAsync(form["token"].ToString().Trim(), http.RequestAborted);
        if (caller is null)
        {
            return new LoginPage(returnTo, null, "This token is not known, or has expired.", StatusCodes.Status401Unauthorized);
        }

        http.User = caller.ToPrincipal(LoginCookie.Scheme);
        if (!Access.SeeServer.Allows(caller))
        {
            return new LoginPage(returnTo, null, "This token's user is no operator.", StatusCodes.Status403Forbidden);
        }

        var longest = services.Time.GetUtcNow() + LoginCookie.Longest;
        await http.SignInAsync(LoginCookie.Scheme, LoginCookie.Of(caller), new() { ExpiresUtc = end < longest ? end : longest });
        return TypedResults.LocalRedirect(IsLocal(returnTo) ? returnTo : "~" + Home);
    }

    /// <summary>Null: it is none, or larger than any that the page sends.</summary>
    private static async Task<IFormCollection?> ReadFormAsync(HttpRequest request)
    {
        try
        {
            return await request.ReadFormAsync(request.HttpContext.RequestAborted);
        }
        catch (Exception bad) when (bad is InvalidDataException or InvalidOperationException || (bad is IOException and not BadHttpRequestException))
        {
            return null;
        }
    }

    // With a second parameter: a method of a context alone would be taken for one whose result means nothing.
    private static async Task<IResult> SignOutAsync(HttpContext http, HttpRequest request)
    {
        if (!IsOwnPage(request))
        {
            return ApiError.Forbidden;
        }

        http.User = (await http.AuthenticateAsync(LoginCookie.Scheme)).Principal ?? http.User;
        await http.SignOutAsync(LoginCookie.Scheme);
        return TypedResults.LocalRedirect("~" + Path);
    }

    /// <summary>False: a page of another site made it, which could sign its visitor in as somebody else, or act with his cookie.</summary>
    internal static bool IsOwnPage(HttpRequest request) =>
        request.Headers.Origin is not [{ } origin] || (Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority == request.Host.ToUriComponent());

    internal sealed record Services(JwtTokens Tokens, ApiKeyCallers Keys, TimeProvider Time)
    {
        /// <summary>Whose token or key it is, and when that ends; an API key is asked after with every request.</summary>
        public async ValueTask<(Caller? Caller, DateTimeOffset Ends)> FindAsync(string text, CancellationToken cancellationToken)
        {
            if (ApiKeyToken.IsLike(text))
            {
                return (ApiKeyToken.Read(text) is { } key ? await Keys.FindAsync(key, cancellationToken) : null, DateTimeOffset.MaxValue);
            }

            var (caller, ends, _) = await Tokens.ReadAsync(text, cancellationToken);
            return (caller, ends);
        }
    }

    private static bool IsLocal(string path) => path is ['/', ..] and not ['/', '/' or '\\', ..] && !path.Any(char.IsControl);
}
