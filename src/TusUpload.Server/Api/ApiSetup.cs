using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection.Extensions;

using Scalar.AspNetCore;

using TusUpload.Server.Api.Archives;
using TusUpload.Server.Api.Audit;
using TusUpload.Server.Api.Batches;
using TusUpload.Server.Api.Description;
using TusUpload.Server.Api.Downloads;
using TusUpload.Server.Api.Events;
using TusUpload.Server.Api.Files;
using TusUpload.Server.Api.Folders;
using TusUpload.Server.Api.Keys;
using TusUpload.Server.Api.Links;
using TusUpload.Server.Api.Trash;
using TusUpload.Server.Api.Uploads;
using TusUpload.Server.Api.Usage;
using TusUpload.Server.Api.Users;
using TusUpload.Server.Api.Workspaces;
using TusUpload.Server.Api.Workspaces.Members;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth;
using TusUpload.Server.Setup;

namespace TusUpload.Server.Api;

/// <summary>The REST API: registration, the middleware around it and the table of its families.</summary>
internal static class ApiSetup
{
    public const string Root = "/api";

    /// <summary>Bytes of a body, where an endpoint says nothing else with metadata of its own; 413 above it.</summary>
    public const long LargestBody = 1 << 20;

    public static IServiceCollection AddApi(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddCors();
        services.AddHttpContextAccessor();
        services.AddSingleton<DownloadLinks>();
        services.AddHostedService(provider => provider.GetRequiredService<DownloadLinks>());
        services.AddSingleton<SignUrl.Signing>();
        services.AddSingleton<ZipArchives>();
        services.AddSingleton<ICorsPolicyProvider, ApiCors>();
        services.AddSingleton<AuditMeter>();
        // What cannot be bound is answered with 400 in every environment, never with an exception page.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = false);
        services.AddApiDescription();
        return services;
    }

    /// <summary>CORS headers on every answer below <see cref="Root"/>, refusals included. Belongs before authentication.</summary>
    public static IApplicationBuilder UseApiCors(this IApplicationBuilder app) =>
        app.UseWhen(http => http.Request.Path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase), api => api.UseCors());

    public static void MapApi(this IEndpointRouteBuilder endpoints, ServerRoles roles)
    {
        if (!roles.Receive)
        {
            endpoints.MapOtherRole(Root);
            return;
        }

        var api = endpoints.MapGroup(Root + "/v1").WithMetadata(new RequestSizeLimitAttribute(LargestBody));
        api.MapUploads();
        api.MapFiles();
        api.MapDownloads();
        api.MapArchives();
        api.MapBatches();
        api.MapWorkspaces();
        api.MapMembers();
        api.MapFolders();
        api.MapTrash();
        api.MapUsage();
        api.MapUsers();
        api.MapEvents();
        api.MapKeys();
        api.MapAudit();
        api.MapLinks();

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
