using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Audit;

internal static class AuditRoutes
{
    public static void MapAudit(this IEndpointRouteBuilder api) =>
        api.MapGet("/audit", ListAudit.HandleAsync)
            .WithTags("audit")
            .WithSummary("Lists who did what, newest first.")
            .Produces<Page<AuditView>>()
            .ProducesProblem(400)
            .For(Access.SeeAudit);
}
