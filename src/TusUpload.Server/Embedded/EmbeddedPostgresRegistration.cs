using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace TusUpload.Server.Embedded;

internal static class EmbeddedPostgresRegistration
{
    /// <summary>Registered first, so that it starts first and stops last.</summary>
    public static IServiceCollection AddEmbeddedPostgres(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedOptions>().BindConfiguration(EmbeddedOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<EmbeddedOptions>, EmbeddedOptionsRules>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<DatabaseAddress>();
        services.AddSingleton<EmbeddedPostgresService>();
        services.AddHostedService(provider => provider.GetRequiredService<EmbeddedPostgresService>());
        services.AddHostedService<ClusterWatch>();
        return services;
    }
}
