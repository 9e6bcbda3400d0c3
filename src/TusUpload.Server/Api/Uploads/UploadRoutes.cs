using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Uploads;

internal static class UploadRoutes
{
    public static void MapUploads(this IEndpointRouteBuilder api)
    {
        var uploads = api.MapGroup("/uploads").WithTags("uploads");
        uploads.MapGet("", ListUploads.HandleAsync)
            .WithSummary("Lists the caller's uploads, or all of a workspace that it may see, newest first; partial uploads are not among them.")
            .Produces<Page<UploadView>>()
            .ProducesProblem(400)
            .For(Access.SeeUploads);
        uploads.MapGet("/{id:guid}", FindUpload.HandleAsync)
            .WithSummary("Shows an upload, with bytes and rate as they are at this moment.")
            .Produces<UploadView>()
            .ProducesProblem(404)
            .For(Access.SeeUpload);
        uploads.MapDelete("/{id:guid}", CancelUpload.HandleAsync)
            .WithSummary("Cancels an upload that is not complete; a running one is stopped.")
            .Produces(204)
            .ProducesProblem(404)
            .For(Access.CancelUpload);
        uploads.MapPost("/{id:guid}/extend", ExtendUpload.HandleAsync)
            .WithSummary("Gives an unfinished upload more time, counted from now.")
            .Produces<UploadView>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(409)
            .For(Access.ExtendUpload);
        uploads.MapPost("/{id:guid}/token", UploadTokenRoutes.IssueAsync)
            .WithSummary("Issues a token that opens this one upload, for as long as it lives or until it is revoked.")
            .Produces<UploadTokenRoutes.Issued>()
            .ProducesProblem(404)
            .For(Access.IssueUploadToken);
        uploads.MapDelete("/{id:guid}/token", UploadTokenRoutes.RevokeAsync)
            .WithSummary("Revokes every token of this upload.")
            .Produces(204)
            .ProducesProblem(404)
            .For(Access.RevokeUploadTokens);
    }
}
