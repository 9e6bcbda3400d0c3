using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using Scalar.AspNetCore;

using TusUpload.Server.Api.Archives;
using TusUpload.Server.Api.Batches;
using TusUpload.Server.Api.Downloads;
using TusUpload.Server.Api.Events;
using TusUpload.Server.Api.Files;
using TusUpload.Server.Api.Keys;
using TusUpload.Server.Api.Uploads;
using TusUpload.Server.Api.Usage;
using TusUpload.Server.Api.Users;
using TusUpload.Server.Auth;
using TusUpload.Server.Setup;

namespace TusUpload.Server.Api;

/// <summary>The REST API: registration, the middleware around it and the table of its families.</summary>
internal static class ApiSetup
{
    public const string Root = "/api";

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCors();
        services.AddHttpContextAccessor();
        services.AddSingleton<DownloadLinks>();
        services.AddHostedService(provider => provider.GetRequiredService<DownloadLinks>());
        services.AddSingleton<SignUrl.Signing>();
        services.AddSingleton<ZipArchives>();
        services.AddSingleton<IConfigureOptions<CorsOptions>, ApiCors>();
        // What cannot be bound is answered with 400 in every environment, never with an exception page.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.AddOpenApi(options =>
        {
            // The body of each verb is a Body of its own.
            options.CreateSchemaReferenceId = schema =>
                OpenApiOptions.CreateDefaultSchemaReferenceId(schema) is { } name ? schema.Type.DeclaringType?.Name + name : null;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info.Title = "TusUpload";
                document.Info.Description = "Uploads, files, batches, usage and events. Bytes are uploaded with tus 1.0.0 at the tus address.";
                return Task.CompletedTask;
            });
        });
        return services;
    }

    /// <summary>CORS headers on every answer below <see cref="Root"/>, refusals included. Belongs before authentication.</summary>
    public static IApplicationBuilder UseApiCors(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Root, StringComparison.Ordinal), api => api.UseCors(ApiCors.Policy));

    public static void MapApi(this IEndpointRouteBuilder endpoints, ServerRoles roles)
    {
        if (!roles.Receive)
        {
            endpoints.MapOtherRole(Root);
            return;
        }

        var api = endpoints.MapGroup(Root + "/v1");
        api.MapUploads();
        api.MapFiles();
        api.MapDownloads();
        api.MapArchives();
        api.MapBatches();
        api.MapUsage();
        api.MapUsers();
        api.MapEvents();
        api.MapKeys();

        endpoints.MapOpenApi().For(Access.SeeServer);
        // Its script lies in its own assembly; fonts, agent and telemetry would need the internet.
        endpoints.MapScalarApiReference("/docs", options => options
            .WithTitle("TusUpload API")
            .DisableDefaultFonts()
            .DisableAgent()
            .DisableMcp()
            .DisableTelemetry()
            .HideDeveloperTools()
            .HideClientButton()).For(Access.SeeServer);
    }
}
