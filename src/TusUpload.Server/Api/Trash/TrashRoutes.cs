using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Trash;

internal static class TrashRoutes
{
    public static void MapTrash(this IEndpointRouteBuilder api)
    {
        var trash = api.MapGroup("/trash").WithTags("trash");
        trash.MapGet("", ListTrash.HandleAsync)
            .WithSummary("Lists deleted folders and workspaces that may still come back.")
            .Produces<Page<TrashView>>()
            .ProducesProblem(400)
            .For(Access.SeeTrash);
        trash.MapDelete("/{id:guid}", PurgeTrash.HandleAsync)
            .WithSummary("Removes a deleted folder or workspace for good, with all that is in it.")
            .Produces(204)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .For(Access.EmptyTrash);
    }
}
