using System.Globalization;
using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;

using TusUpload.Data.ApiKeys;
using TusUpload.Protocol;
using TusUpload.Server.Api;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Login;

/// <summary>
/// What a browser has after signing in at <see cref="LoginRoutes"/>, since it brings no token of its own. It opens the pages of operators and nothing else, ends
/// with the token it was given for, at the latest after <see cref="Longest"/>, and at once with its API key.
/// </summary>
internal sealed class LoginCookie(ApiKeyDirectory keys, IOptions<TusOptions> tus, TimeProvider time) : IConfigureNamedOptions<CookieAuthenticationOptions>
{
    public const string Scheme = "cookie";

    public static readonly TimeSpan Longest = TimeSpan.FromHours(8);

    private const string RightsClaim = "rights";
    private const string KeyClaim = "key";

    public static ClaimsPrincipal Of(Caller caller) => new(new ClaimsIdentity(
        [
            new("sub", caller.Subject),
            new(RightsClaim, ((int)caller.Rights).ToString(CultureInfo.InvariantCulture)),
            .. caller.KeyId is { } key ? [new Claim(KeyClaim, key.ToString())] : Array.Empty<Claim>(),
        ],
        Scheme));

    public void Configure(CookieAuthenticationOptions options) => Configure(Scheme, options);

    public void Configure(string? name, CookieAuthenticationOptions options)
    {
        if (name != Scheme)
        {
            return;
        }

        options.Cookie.Name = "tus_upload";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;
        // Behind a proxy that is not known as one, requests seem to be plain.
        options.Cookie.SecurePolicy = tus.Value.PublicUrl?.StartsWith("https:", StringComparison.OrdinalIgnoreCase) == true
            ? CookieSecurePolicy.Always
            : CookieSecurePolicy.SameAsRequest;
        options.LoginPath = LoginRoutes.Path;
        options.ReturnUrlParameter = LoginRoutes.ReturnTo;
        options.ExpireTimeSpan = Longest;
        options.SlidingExpiration = false;
        options.TimeProvider = time;
        options.Events = new()
        {
            OnValidatePrincipal = RestoreAsync,
            OnRedirectToLogin = context =>
            {
                if (IsPage(context.Request))
                {
                    context.Response.Redirect(context.RedirectUri);
                    return Task.CompletedTask;
                }

                return SignInRefusals.AnswerAsync(context.HttpContext, failure: null);
            },
            OnRedirectToAccessDenied = context => ApiError.Forbidden.ExecuteAsync(context.HttpContext),
        };
    }

    private async Task RestoreAsync(CookieValidatePrincipalContext context)
    {
        var claims = context.Principal!;
        var keyId = Guid.TryParse(claims.FindFirstValue(KeyClaim), out var id) ? id : default(Guid?);
        if (claims.FindFirstValue("sub") is not { } subject
            || !int.TryParse(claims.FindFirstValue(RightsClaim), CultureInfo.InvariantCulture, out var rights)
            || (keyId is { } key && !await keys.IsGoodAsync(key, time.GetUtcNow(), context.HttpContext.RequestAborted)))
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Scheme);
            return;
        }

        context.ReplacePrincipal(new Caller(subject, (Rights)rights) { KeyId = keyId }.ToPrincipal(Scheme));
    }

    private static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
