using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Usage;

internal static class UsageRoutes
{
    public static void MapUsage(this IEndpointRouteBuilder api)
    {
        var usage = api.MapGroup("/usage").WithTags("usage");
        usage.MapGet("", SeeUsage.HandleAsync)
            .WithSummary("Shows limits, used and reserved bytes of the caller, its workspaces, those that it is a member of, and the links of its own.")
            .Produces<UsageView>()
            .For(Access.SeeUsage);
        usage.MapPost("/check", CheckUsage.HandleAsync)
            .WithSummary("Says whether an upload would be let in now, by the rules that let one in. Holds nothing for it.")
            .Produces<CheckUsage.Answer>()
            .ProducesProblem(400)
            .For(Access.CheckUsage);
        usage.MapGet("/drift", SeeDrift.HandleAsync)
            .WithSummary("Lists counters that are not what uploads hold and files use, of everybody, in one snapshot. None is as it should be.")
            .Produces<SeeDrift.Report>()
            .For(Access.SeeDrift);
        usage.MapPost("/repair", RepairUsage.HandleAsync)
            .WithSummary("Corrects such counters, each with a record in the audit log, and lists them.")
            .Produces<SeeDrift.Report>()
            .For(Access.RepairUsage);
    }
}
