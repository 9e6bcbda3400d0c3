using TusUpload.Pipeline.Jobs;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth;
using TusUpload.Server.Auth.Login;
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

        endpoints.MapJobsDashboard(Path, IsAllowed, MayChange).For(Access.SeeServer).WithMetadata(new AuditedAction("change jobs"));
    }

    // A cookie comes with what pages of the same site ask for, too: another port, a name beside this one.
    private static bool IsAllowed(HttpContext http) =>
        HttpMethods.IsGet(http.Request.Method) || http.User.Identity?.AuthenticationType != LoginCookie.Scheme || LoginRoutes.IsOwnPage(http.Request);

    private static bool MayChange(HttpContext http) => http.User.FindCaller()?.Rights.HasFlag(Rights.Operate) == true;
}
