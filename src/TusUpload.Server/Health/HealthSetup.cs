using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Storage;
using TusUpload.Server.Setup;
using TusUpload.Uploads.Content;

namespace TusUpload.Server.Health;

internal static class HealthSetup
{
    public static IServiceCollection AddHealth(this IServiceCollection services)
    {
        services.AddOptions<HealthOptions>().BindConfiguration(HealthOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<HealthOptions>, HealthOptionsAnnotations>();
        services.AddSingleton<Readiness>();
        services.AddSingleton<DiskSpace>();
        // By the heartbeat's connection: a crowd that waits for the others is no reason to send uploads elsewhere, a database that is away is.
        services.AddSingleton(provider => new ReadinessCheck(
            "postgres", token => PingAsync(provider.GetRequiredKeyedService<NpgsqlDataSource>(Pools.Heartbeat), token)));
        services.AddSingleton(provider => new ReadinessCheck("disk", provider.GetRequiredService<DiskSpace>().CheckAsync));
        services.AddSingleton(provider => new ReadinessCheck("jobs", JobsOf(provider)) { CanWait = true });
        services.AddSingleton(provider => new ReadinessCheck("content", ContentOf(provider)));
        services.AddSingleton(provider => new ReadinessCheck("storage", provider.GetRequiredService<IObjectStorage>().CheckAsync) { CanWait = true });
        return services;
    }

    /// <summary>Anonymous, for probes and balancers: names and states, nothing else. With <c>?role=</c> only what that role needs.</summary>
    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var health = endpoints.MapGroup("/health").AllowAnonymous().ExcludeFromDescription().WithMetadata(new QuietRequests());
        health.MapGet("/live", () => TypedResults.Ok(new { Status = "live" }));
        health.MapGet("/ready", async (string? role, Readiness readiness, HttpResponse response, CancellationToken cancellationToken) =>
        {
            var report = await readiness.ReportAsync(role, cancellationToken);
            response.Headers.CacheControl = "no-store";
            return TypedResults.Json(report, statusCode: report.Status == ReadinessReport.Ready ? 200 : 503);
        });
    }

    // What is on this machine needs no asking.
    private static Func<CancellationToken, Task> ContentOf(IServiceProvider provider) =>
        provider.GetRequiredService<IUploadContent>() is IContentCheck away ? away.CheckAsync : _ => Task.CompletedTask;

    // A process that works on no jobs only hands them over: whether others do is told by their own probes.
    private static Func<CancellationToken, Task> JobsOf(IServiceProvider provider)
    {
        var jobs = provider.GetRequiredService<JobsHealth>();
        return provider.GetRequiredService<IOptions<JobsOptions>>().Value.Workers == 0 ? jobs.LivingServersAsync : jobs.CheckAsync;
    }

    private static async Task PingAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT 1");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
