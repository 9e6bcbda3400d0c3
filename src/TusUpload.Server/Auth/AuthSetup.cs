using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;

using TusUpload.Server.Auth.ApiKeys;
using TusUpload.Server.Auth.Jwt;
using TusUpload.Server.Auth.Links;
using TusUpload.Server.Auth.Login;

namespace TusUpload.Server.Auth;

internal static class AuthSetup
{
    /// <summary>The scheme that signs in whoever brings something of its own: a token, a key, a link, or in development mode nothing.</summary>
    public const string SignIn = "sign-in";

    private const string Any = "any";

    /// <summary>
    /// Every request is looked at by one scheme, which the request itself decides: the upload token it carries where that is good for something, else what it
    /// signs in with. All of them end in a <see cref="Uploads.Admission.Caller"/>. No endpoint is open unless it says so itself.
    /// </summary>
    public static IServiceCollection AddAuth(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsRules>();
        services.AddHttpClient(nameof(IssuerKeys), client => client.Timeout = TimeSpan.FromSeconds(5));
        services.AddSingleton<IssuerKeys>();
        services.AddSingleton<JwtTokens>();
        services.AddSingleton<JwtCallers>();
        services.AddSingleton<ApiKeyCallers>();
        services.AddLinkVisitors();
        services.AddSingleton<IConfigureOptions<CookieAuthenticationOptions>, LoginCookie>();

        // A cookie that one node gave has to be good at all of them.
        services.AddDataProtection().SetApplicationName("tus-upload");
        services.AddSingleton<IConfigureOptions<KeyManagementOptions>, SharedKeys>();

        services.AddAuthentication(Any)
            .AddPolicyScheme(Any, displayName: null, scheme => scheme.ForwardDefaultSelector = http =>
                UploadTokenAuthentication.Applies(http) ? UploadTokenAuthentication.Name : SignIn)
            .AddPolicyScheme(SignIn, displayName: null, scheme => scheme.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, UploadTokenAuthentication>(UploadTokenAuthentication.Name, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, DevelopmentAuthentication>(AuthOptions.Development, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyAuthentication>(ApiKeyAuthentication.Name, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, LinkAuthentication>(LinkAuthentication.Name, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, JwtAuthentication>(AuthOptions.Bearer, configureOptions: null)
            .AddCookie(LoginCookie.Scheme);
        services.AddSingleton<IAuthorizationHandler, AccessRequirement>();
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().AddRequirements(new AccessRequirement()).Build());
        return services;
    }

    private static string SchemeOf(HttpContext http)
    {
        if (BearerToken.Read(http.Request) is { } token && ApiKeyToken.IsLike(token))
        {
            return ApiKeyAuthentication.Name;
        }

        if (LinkAuthentication.Applies(http))
        {
            return LinkAuthentication.Name;
        }

        if (http.RequestServices.GetRequiredService<IOptions<AuthOptions>>().Value.Mode == AuthOptions.Development)
        {
            return AuthOptions.Development;
        }

        // Pages of operators only: a cookie that opened the API too would let any page of the same site use it.
        return http.GetEndpoint()?.Metadata.GetMetadata<Access>() == Access.SeeServer && http.Request.Headers.Authorization.Count == 0
            ? LoginCookie.Scheme
            : AuthOptions.Bearer;
    }
}
