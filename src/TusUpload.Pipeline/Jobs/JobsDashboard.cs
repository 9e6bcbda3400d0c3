using Hangfire;
using Hangfire.Dashboard;

namespace TusUpload.Pipeline.Jobs;

public static class JobsDashboard
{
    /// <summary>
    /// Shows the jobs at <paramref name="path"/>. <paramref name="isAllowed"/> is asked for every request: 401 or 403 where it says no.
    /// </summary>
    /// <param name="mayChange">Whether this caller may retry and delete jobs; without it nobody may.</param>
    public static IEndpointConventionBuilder MapJobsDashboard(
        this IEndpointRouteBuilder endpoints, string path, Func<HttpContext, bool> isAllowed, Func<HttpContext, bool>? mayChange = null) =>
        endpoints.MapHangfireDashboard(path, new DashboardOptions
        {
            Authorization = [new Filter(isAllowed)],
            IsReadOnlyFunc = context => mayChange?.Invoke(context.GetHttpContext()) != true,
            DashboardTitle = "TusUpload",
            DisplayStorageConnectionString = false,
        });

    private sealed class Filter(Func<HttpContext, bool> isAllowed) : IDashboardAuthorizationFilter
    {
        public bool Authorize(DashboardContext context) => isAllowed(context.GetHttpContext());
    }
}
