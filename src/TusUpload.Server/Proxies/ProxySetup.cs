using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace TusUpload.Server.Proxies;

internal static class ProxySetup
{
    public static IServiceCollection AddProxies(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsAnnotations>();
        services.AddSingleton<IValidateOptions<ProxyOptions>, ProxyOptionsRules>();

        // After everybody else: ASP.NET Core has a switch of its own in the environment, ForwardedHeaders_Enabled, that believes every
        // caller.
        services.AddOptions<ForwardedHeadersOptions>().PostConfigure<IOptions<ProxyOptions>, IConfiguration>(Fill);
        return services;
    }

    private static void Fill(ForwardedHeadersOptions forwarding, IOptions<ProxyOptions> proxies, IConfiguration configuration)
    {
        forwarding.KnownProxies.Clear();
        forwarding.KnownIPNetworks.Clear();
        foreach (var known in proxies.Value.Known)
        {
            forwarding.KnownIPNetworks.Add(ProxyOptions.NetworkOf(known)!.Value);
        }

        // With no known proxy ASP.NET Core would take everybody for one.
        forwarding.ForwardedHeaders = proxies.Value.Known.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.All;
        forwarding.ForwardLimit = proxies.Value.Hops;

        // The names that a client may call the server by are those that it may call the proxy by.
        const StringSplitOptions Clean = StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries;
        forwarding.AllowedHosts = [.. configuration["AllowedHosts"]?.Split(';', Clean) ?? []];
    }
}
