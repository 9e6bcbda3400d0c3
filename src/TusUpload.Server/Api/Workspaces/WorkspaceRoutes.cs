using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Workspaces;

internal static class WorkspaceRoutes
{
    public static void MapWorkspaces(this IEndpointRouteBuilder api)
    {
        var workspaces = api.MapGroup("/workspaces").WithTags("workspaces");
        workspaces.MapPost("", CreateWorkspace.HandleAsync)
            .Creates()
            .WithSummary("Makes a workspace; its files count for the caller.")
            .Produces<WorkspaceView>(201)
            .ProducesProblem(400)
            .For(Access.MakeWorkspace);
        workspaces.MapGet("", ListWorkspaces.HandleAsync)
            .WithSummary("Lists the caller's workspaces and those that it is a member of, newest first.")
            .Produces<Page<WorkspaceView>>()
            .ProducesProblem(400)
            .For(Access.SeeWorkspaces);
        workspaces.MapGet("/{id:guid}", FindWorkspace.HandleAsync)
            .WithSummary("Shows a workspace.")
            .Produces<WorkspaceView>()
            .Produces(304)
            .ProducesProblem(404)
            .For(Access.SeeWorkspaces);
        workspaces.MapPatch("/{id:guid}", ChangeWorkspace.HandleAsync)
            .WithSummary("Changes a workspace's name and rules; what is left out stays, null takes away. Its storage limit is an administrator's.")
            .Produces<WorkspaceView>()
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(412)
            .For(Access.ChangeWorkspace);
        workspaces.MapDelete("/{id:guid}", DeleteWorkspace.HandleAsync)
            .WithSummary("Moves a workspace to the trash, with all that is in it. Its owner's alone, and not for the default workspace.")
            .Produces(204)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(412)
            .For(Access.DeleteWorkspace);
        workspaces.MapPost("/{id:guid}/restore", RestoreWorkspace.HandleAsync)
            .WithSummary("Brings a workspace back from the trash.")
            .Produces<WorkspaceView>()
            .ProducesProblem(404)
            .For(Access.RestoreWorkspace);
    }
}
