using Microsoft.Extensions.Options;

using TusUpload.Pipeline.Jobs;
using TusUpload.Uploads.Content;

namespace TusUpload.Server.Setup;

/// <summary>
/// What this process does, of the key <c>Roles</c>: a comma-separated list of receive, process and dashboard. Default all. What it does not do is
/// answered as <see cref="OtherRoles"/> says; health and metrics are everywhere.
/// </summary>
/// <param name="Receive">Takes uploads and answers the REST API.</param>
/// <param name="Process">Works on received files. One that does not still queues them for those that do.</param>
/// <param name="Dashboard">Shows the jobs.</param>
internal sealed record ServerRoles(bool Receive, bool Process, bool Dashboard)
{
    public const string Key = "Roles";
    public const string ReceiveName = "receive";
    public const string ProcessName = "process";
    public const string DashboardName = "dashboard";

    public static ServerRoles Read(IConfiguration configuration)
    {
        var names = (configuration[Key] is { Length: > 0 } list ? list : "receive,process,dashboard")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return names.Length > 0 && names.All(name => name is ReceiveName or ProcessName or DashboardName)
            ? new(names.Contains(ReceiveName), names.Contains(ProcessName), names.Contains(DashboardName))
            : throw new OptionsValidationException(
                Key, typeof(ServerRoles), ["Roles must be a comma-separated list of receive, process and dashboard."]);
    }

    public bool Has(string role) => role switch
    {
        ReceiveName => Receive,
        ProcessName => Process,
        DashboardName => Dashboard,
        _ => false,
    };
}

internal static class ServerRolesRegistration
{
    public static ServerRoles AddRoles(this IServiceCollection services, IConfiguration configuration)
    {
        var roles = ServerRoles.Read(configuration);
        services.AddSingleton(roles);
        if (!roles.Process)
        {
            services.PostConfigure<JobsOptions>(jobs => jobs.Workers = 0);
        }

        if (roles.Receive)
        {
            services.AddOptions<ContentOptions>().Validate<IOptions<JobsOptions>>(
                (content, jobs) => content.IsEverywhere || jobs.Value.Workers != 0,
                "A process that receives and works on no files (Roles without process, or Jobs:Workers=0) needs Content:Shared, or content that is on no "
                + "disk: files on its own disk can be worked on by no other.");
        }

        return roles;
    }
}
