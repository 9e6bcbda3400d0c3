using TusUpload.Protocol;
using TusUpload.Server.Auth;
using TusUpload.Server.Embedded;

namespace TusUpload.Server.Setup;

internal static class ProtocolSetup
{
    /// <summary>The protocol takes its options from code; this server takes them from its configuration.</summary>
    public static IServiceCollection AddProtocol(this IServiceCollection services, ServerRoles roles)
    {
        services.AddTus();
        services.AddOptions<TusOptions>().BindConfiguration(TusOptions.Section)
            .Configure(tus => tus.Events.OnAuthorize = roles.Receive ? UploadTokenScope.AuthorizeAsync : OtherRoles.RefuseAsync);
        return services;
    }

    /// <summary>Where the database answers; asked when the first connection is needed.</summary>
    public static string DatabaseOf(IServiceProvider provider) => provider.GetRequiredService<DatabaseAddress>().ConnectionString;
}
