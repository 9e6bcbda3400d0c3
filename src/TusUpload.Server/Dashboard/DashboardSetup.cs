using TusUpload.Pipeline.Jobs;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth;
using TusUpload.Server.Setup;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Dashboard;

internal static class DashboardSetup
{
    private const string Path = "/hangfire";

    /// <summary>
    /// Hangfire's dashboard, for whoever may see the server; jobs are retried and deleted by those who operate it.
    /// </summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints, ServerRoles roles)
    {
        if (!roles.Dashboard)
        {
            endpoints.MapOtherRole(Path);
            return;
        }

        endpoints.MapJobsDashboard(Path, isAllowed: static _ => true, MayChange).For(Access.SeeServer).WithMetadata(new AuditedAction("change jobs"));
    }

    private static bool MayChange(HttpContext http) => http.User.FindCaller()?.Rights.HasFlag(Rights.Operate) == true;
}
