using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace TusUpload.Server.Setup.SocketPool;

/// <summary>Registers the socket pool in place of the web server's own.</summary>
internal static class SocketPoolServiceCollectionExtensions
{
    public static IServiceCollection AddSocketPool(this IServiceCollection services)
    {
        services.AddOptions<SocketPoolOptions>().BindConfiguration(SocketPoolOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketPoolOptions>, SocketPoolOptionsAnnotations>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<SocketPoolOptions>, SocketPoolOptionsRules>());
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, SocketMemoryPoolFactory>());
        return services;
    }
}
