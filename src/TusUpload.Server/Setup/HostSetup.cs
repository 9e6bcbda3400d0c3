using TusUpload.Protocol.Ietf;
using TusUpload.Server.Proxies;

namespace TusUpload.Server.Setup;

/// <summary>What holds for the process as a whole.</summary>
internal static class HostSetup
{
    private const string DefaultUrl = "http://127.0.0.1:8080";

    private static readonly string[] AddressKeys = ["urls", "http_ports", "https_ports"];

    /// <summary>
    /// Settings that ship with the server lie beside its assembly and come with it wherever it is started; an appsettings.json where it is
    /// started goes before them, and the environment and the command line before both.
    /// </summary>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var own = Path.Combine(Environment.CurrentDirectory, "appsettings.json");
        var sources = builder.Configuration.Sources;
        var shipped = sources.ToList().FindLastIndex(source => source is Microsoft.Extensions.Configuration.Json.JsonConfigurationSource);
        var added = new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource { Path = own, Optional = true };
        added.ResolveFileProvider();
        sources.Insert(shipped + 1, added);
        return builder;
    }

    public static void AddHost(this WebApplicationBuilder builder)
    {
        // A service that is missing or too short-lived fails the first start anywhere, not the first request in production.
        builder.Host.UseDefaultServiceProvider(provider => (provider.ValidateOnBuild, provider.ValidateScopes) = (true, true));
        builder.Services.Configure<HostOptions>(host =>
        {
            host.ShutdownTimeout = TimeSpan.FromSeconds(30);
            host.ServicesStartConcurrently = false;
            host.ServicesStopConcurrently = false;
        });
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.ConfigureEndpointDefaults(listen => listen.UseUploadResumptionAnnouncements());
        });
        if (AddressKeys.All(key => string.IsNullOrEmpty(builder.Configuration[key])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Services.AddProxies();
        builder.Services.AddServerLog(builder.Configuration);
        builder.Services.AddHostedService<ListeningReport>();
    }
}
