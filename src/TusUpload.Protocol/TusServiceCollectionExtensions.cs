using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Cors;
using TusUpload.Protocol.Metrics;
using TusUpload.Protocol.Verbs;

namespace TusUpload.Protocol;

/// <summary>Registers the protocol. The store is the application's: it registers its <see cref="Stores.ITusStore"/> beside it.</summary>
public static class TusServiceCollectionExtensions
{
    public static IServiceCollection AddTus(this IServiceCollection services, Action<TusOptions>? configure = null)
    {
        services.AddOptions<TusOptions>().ValidateOnStart();
        if (configure is not null)
        {
            services.Configure(configure);
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TusOptions>, TusOptionsAnnotations>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TusOptions>, TusOptionsRules>());
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<TusMetrics>();
        services.TryAddSingleton<CorsPolicy>();
        services.TryAddSingleton<EventRaiser>();
        services.TryAddSingleton<TusDispatcher>();
        if (services.All(service => service.ServiceType != typeof(BodyWatch)))
        {
            services.AddSingleton<BodyWatch>();
            services.AddHostedService(provider => provider.GetRequiredService<BodyWatch>());
        }

        return services;
    }
}
