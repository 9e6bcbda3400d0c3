using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Files;

internal static class FileRoutes
{
    public static void MapFiles(this IEndpointRouteBuilder api)
    {
        var files = api.MapGroup("/files").WithTags("files");
        files.MapGet("", ListFiles.HandleAsync)
            .WithSummary("Lists files that are neither replaced nor in the trash, newest upload first: the caller's, or all of a workspace or folder that it may see.")
            .Produces<Page<FileView>>()
            .ProducesProblem(400)
            .For(Access.SeeFiles);
        files.MapGet("/{id:guid}", FindFile.HandleAsync)
            .WithSummary("Shows a file; 404 until its last byte is in.")
            .Produces<FileView>()
            .Produces(304)
            .ProducesProblem(404)
            .For(Access.SeeFile);
        files.MapPatch("/{id:guid}", RenameFile.HandleAsync)
            .WithSummary("Gives a file another name, another folder (null is the root), or both.")
            .Produces<FileView>()
            .ProducesProblem(400)
            .ProducesProblem(403)
            .ProducesProblem(404)
            .ProducesProblem(412)
            .ProducesProblem(422)
            .For(Access.ChangeFile);
        files.MapDelete("/{id:guid}", DeleteFile.HandleAsync)
            .WithSummary("Deletes a file that has ended its way; its usage is returned at once.")
            .Produces(204)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(412)
            .For(Access.DeleteFile);
        files.MapPost("/{id:guid}/replay", ReplayFile.HandleAsync)
            .WithSummary("Sends a failed file through the pipeline again.")
            .Produces<FileView>(202)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .For(Access.ReplayFile);
        files.MapPost("/{id:guid}/copy", CopyFile.HandleAsync)
            .WithSummary("Makes a second file of a ready one; no byte is moved, and it counts like any other.")
            .Creates()
            .Produces<FileView>(201)
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(410)
            .ProducesProblem(413)
            .For(Access.CopyFile);
        files.MapPost("/{id:guid}/signed-url", SignUrl.HandleAsync)
            .WithSummary("Makes an address at which whoever has it downloads the file until it expires.")
            .Produces<SignUrl.SignedUrl>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(410)
            .For(Access.ShareFile);
        files.MapGet("/{id:guid}/versions", ListVersions.HandleAsync)
            .WithSummary("Lists the files of this one's name in its folder, newest first; lists of files show the first alone where it took the place of the others.")
            .Produces<Page<FileView>>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .For(Access.SeeFiles);
        files.MapMethods("/{id:guid}/content", [HttpMethods.Get, HttpMethods.Head], ReadContent.HandleAsync)
            .WithSummary("Downloads a ready file; ranges and conditions are honoured.")
            .Produces(200)
            .Produces(206)
            .Produces(304)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .ProducesProblem(410)
            .ProducesProblem(412)
            .ProducesProblem(416)
            .For(Access.DownloadFile);
    }
}
