using TusUpload.Pipeline.Jobs;
using TusUpload.Server.Setup;

namespace TusUpload.Server.Dashboard;

internal static class DashboardSetup
{
    private const string Path = "/hangfire";

    /// <summary>
    /// Hangfire's dashboard, for whoever is signed in: in development mode requests from this machine, which may also retry and delete jobs.
    /// </summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints, ServerRoles roles)
    {
        if (!roles.Dashboard)
        {
            endpoints.MapOtherRole(Path);
            return;
        }

        endpoints.MapJobsDashboard(Path, IsSignedIn, mayChange: IsSignedIn);
    }

    private static bool IsSignedIn(HttpContext http) => http.User.Identity?.IsAuthenticated == true;
}
