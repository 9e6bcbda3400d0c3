using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Folders;

internal static class FolderRoutes
{
    public static void MapFolders(this IEndpointRouteBuilder api)
    {
        var folders = api.MapGroup("/folders").WithTags("folders");
        folders.MapPost("", CreateFolder.HandleAsync)
            .Creates()
            .WithSummary("Makes a folder; an upload makes those of its relativePath by itself.")
            .Produces<FolderView>(201)
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(422)
            .For(Access.MakeFolder);
        folders.MapGet("", ListFolders.HandleAsync)
            .WithSummary("Lists a workspace's folders, all of them by path or those of one folder.")
            .Produces<Page<FolderView>>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .For(Access.SeeFolders);
        folders.MapGet("/{id:guid}", FindFolder.HandleAsync)
            .WithSummary("Shows a folder, with what lies in it itself.")
            .Produces<FolderView>()
            .Produces(304)
            .ProducesProblem(404)
            .For(Access.SeeFolders);
        folders.MapPatch("/{id:guid}", ChangeFolder.HandleAsync)
            .WithSummary("Gives a folder another name, another place (parentId, null is the root), or both; no file is touched.")
            .WithChange(Access.ChangeFolder);
        folders.MapPost("/{id:guid}/move", ChangeFolder.MoveAsync)
            .WithSummary("Moves a folder with all that is in it; parentId null is the root.")
            .WithChange(Access.MoveFolder);
        folders.MapDelete("/{id:guid}", DeleteFolder.HandleAsync)
            .WithSummary("Moves a folder to the trash, with all that is in it.")
            .Produces(204)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(412)
            .For(Access.DeleteFolder);
        folders.MapPost("/{id:guid}/restore", RestoreFolder.HandleAsync)
            .WithSummary("Brings a folder back from the trash, under another name where its own is taken.")
            .WithChange(Access.RestoreFolder);
        api.MapGet("/workspaces/{id:guid}/tree", FolderTree.HandleAsync)
            .WithTags("folders")
            .WithSummary("Shows all folders of a workspace at once, each after the one that it lies in, with its depth; up to 10,000.")
            .Produces<FolderTree.Tree>()
            .ProducesProblem(404)
            .ProducesProblem(422)
            .For(Access.SeeFolders);
    }

    private static void WithChange(this RouteHandlerBuilder endpoint, Access access) => endpoint
        .Produces<FolderView>()
        .ProducesProblem(400)
        .ProducesProblem(403)
        .ProducesProblem(404)
        .ProducesProblem(409)
        .ProducesProblem(422)
        .For(access);
}
