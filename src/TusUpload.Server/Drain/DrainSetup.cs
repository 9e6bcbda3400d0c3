using Microsoft.Extensions.Options;

namespace TusUpload.Server.Drain;

internal static class DrainSetup
{
    public static IServiceCollection AddDrain(this IServiceCollection services)
    {
        services.AddOptions<DrainOptions>().BindConfiguration(DrainOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<DrainOptions>, DrainOptionsAnnotations>();
        services.AddHostedService<DrainDelay>();
        return services;
    }
}
