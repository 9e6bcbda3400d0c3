using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Archives;

internal static class ArchiveRoutes
{
    public static void MapArchives(this IEndpointRouteBuilder api)
    {
        api.MapGet("/batches/{id:guid}/content", ReadBatch.HandleAsync)
            .WithTags("batches")
            .WithSummary("Downloads the batch's ready files as a zip.")
            .Produces(200, contentType: "application/zip")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .For(Access.DownloadBatch);
        api.MapGet("/folders/{id:guid}/content", ReadFolder.HandleAsync)
            .WithTags("folders")
            .WithSummary("Downloads the ready files of a folder, and of those below it, as a zip.")
            .Produces(200, contentType: "application/zip")
            .ProducesProblem(404)
            .ProducesProblem(409)
            .For(Access.DownloadFolder);
    }
}
