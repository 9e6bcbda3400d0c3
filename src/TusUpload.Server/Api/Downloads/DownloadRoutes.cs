namespace TusUpload.Server.Api.Downloads;

internal static class DownloadRoutes
{
    public const string Root = "/downloads";

    public static void MapDownloads(this IEndpointRouteBuilder api) =>
        api.MapMethods($"{Root}/{{link}}", [HttpMethods.Get, HttpMethods.Head], ReadDownload.HandleAsync)
            .WithTags("files")
            .WithSummary("Downloads a file by a signed address, without signing in; ranges and conditions are honoured.")
            .AllowAnonymous()
            .Produces(200)
            .Produces(206)
            .Produces(304)
            .ProducesProblem(404)
            .ProducesProblem(410)
            .ProducesProblem(412)
            .ProducesProblem(416);
}
