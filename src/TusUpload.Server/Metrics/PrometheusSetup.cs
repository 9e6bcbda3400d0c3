using OpenTelemetry.Metrics;

using TusUpload.Protocol.Metrics;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Metrics;

internal static class PrometheusSetup
{
    // Of the projects by their names, so that a meter of another room needs no line here; Npgsql's tells the use of each pool by its name.
    private static readonly string[] Meters = [TusMetrics.Name, "TusUpload.Uploads", "TusUpload.Pipeline", AuditMeter.Name, "Npgsql"];

    public static IServiceCollection AddPrometheus(this IServiceCollection services)
    {
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
        return services;
    }

    /// <summary>For operators, at every process, whatever its roles.</summary>
    public static void MapPrometheus(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPrometheusScrapingEndpoint("/metrics").For(Access.SeeServer);
}
