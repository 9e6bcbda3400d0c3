using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;

namespace TusUpload.Server.Limits;

internal static class RateLimitsSetup
{
    public static IServiceCollection AddRateLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RateLimitOptions>, RateLimitOptionsAnnotations>();
        services.AddRateLimiter(_ => { });
        services.AddSingleton<RateLimits>();
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>>(provider => provider.GetRequiredService<RateLimits>());
        return services;
    }

    /// <summary>Belongs behind authentication: who calls is what is counted.</summary>
    public static IApplicationBuilder UseRateLimits(this IApplicationBuilder app) =>
        app.UseWhen(app.ApplicationServices.GetRequiredService<RateLimits>().Applies, limited => limited.UseRateLimiter());
}
