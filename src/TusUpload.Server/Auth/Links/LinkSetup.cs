namespace TusUpload.Server.Auth.Links;

internal static class LinkSetup
{
    public static IServiceCollection AddLinkVisitors(this IServiceCollection services)
    {
        services.AddSingleton<LinkTokens>();
        services.AddHostedService(provider => provider.GetRequiredService<LinkTokens>());
        services.AddSingleton<LinkVisitors>();
        services.AddSingleton<LinkSignIn>();
        services.AddSingleton<LinkPasswords>();
        services.AddSingleton<LinkDoor>();
        return services;
    }
}
