using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Workspaces.Members;

internal static class MemberRoutes
{
    public static void MapMembers(this IEndpointRouteBuilder api)
    {
        var members = api.MapGroup("/workspaces/{id:guid}/members").WithTags("workspaces");
        members.MapGet("", ListMembers.HandleAsync)
            .WithSummary("Lists a workspace's members by their ids; for its owner and managers.")
            .Produces<Page<MemberView>>()
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .For(Access.SeeMembers);
        members.MapGet("/{userId}", FindMember.HandleAsync)
            .WithSummary("Shows a member; everybody may see its own role.")
            .Produces<MemberView>()
            .ProducesProblem(403)
            .ProducesProblem(404)
            .For(Access.SeeMembers);
        members.MapPut("/{userId}", SetMember.HandleAsync)
            .WithSummary("Makes a known user a member, or gives it another role: viewer, contributor, editor or manager.")
            .Produces<MemberView>()
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .For(Access.SetMember);
        members.MapDelete("/{userId}", RemoveMember.HandleAsync)
            .WithSummary("Removes a member; a member may remove itself.")
            .Produces(204)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .For(Access.RemoveMember);
    }

    /// <summary>Of a user's id that has slashes, routing leaves them as they were written. What Postgres has no text for is nobody's.</summary>
    internal static string UserOf(string segment) =>
        segment.Contains('\0', StringComparison.Ordinal) ? "" : segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
}
