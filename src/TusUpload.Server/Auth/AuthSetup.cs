using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

using TusUpload.Data;

namespace TusUpload.Server.Auth;

internal static class AuthSetup
{
    private const string Caller = "caller";

    /// <summary>
    /// Two schemes: upload tokens where they are good for something, and the server's own sign-in. No endpoint is open unless it says so itself.
    /// </summary>
    public static IServiceCollection AddAuth(this IServiceCollection services)
    {
        services.AddOptions<AuthOptions>().BindConfiguration(AuthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<AuthOptions>, AuthOptionsRules>();

        // Keys of cookies and forms are the server's own files: they survive a restart, and in a container they are on its volume.
        services.AddDataProtection().SetApplicationName("tus-upload");
        services.AddOptions<KeyManagementOptions>().Configure<IOptions<DataOptions>, ILoggerFactory>((keys, data, loggers) =>
            keys.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(Path.Combine(data.Value.FullPath, "keys")), loggers));

        services.AddAuthentication(Caller)
            .AddPolicyScheme(Caller, displayName: null, scheme => scheme.ForwardDefaultSelector = http =>
                UploadTokenAuthentication.Applies(http) ? UploadTokenAuthentication.Name : AuthOptions.Development)
            .AddScheme<AuthenticationSchemeOptions, UploadTokenAuthentication>(UploadTokenAuthentication.Name, configureOptions: null)
            .AddScheme<AuthenticationSchemeOptions, DevelopmentAuthentication>(AuthOptions.Development, configureOptions: null);
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services;
    }
}
