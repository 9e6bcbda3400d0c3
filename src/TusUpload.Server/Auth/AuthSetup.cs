using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Options;

namespace TusUpload.Server.Auth;

internal static class AuthSetup
{
    /// <summary>One scheme, and no endpoint without a sign-in unless it says so itself.</summary>
    public static IServiceCollection AddAuth(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsRules>();
        services.AddAuthentication(AuthOptions.Development)
            .AddScheme<AuthenticationSchemeOptions, DevelopmentAuthentication>(AuthOptions.Development, configureOptions: null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services;
    }
}
