using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Batches;

internal static class BatchRoutes
{
    public static void MapBatches(this IEndpointRouteBuilder api)
    {
        var batches = api.MapGroup("/batches").WithTags("batches");
        batches.MapPost("", CreateBatch.HandleAsync)
            .WithSummary("Makes a batch; files join it with batchId in their Upload-Metadata.")
            .Creates()
            .Produces<BatchView>(201)
            .ProducesProblem(400)
            .ProducesProblem(404)
            .For(Access.MakeBatch);
        batches.MapGet("", ListBatches.HandleAsync)
            .WithSummary("Lists the caller's batches, newest first.")
            .Produces<Page<BatchView>>()
            .ProducesProblem(400)
            .For(Access.SeeBatches);
        batches.MapGet("/{id:guid}", FindBatch.HandleAsync)
            .WithSummary("Shows a batch.")
            .Produces<BatchView>()
            .ProducesProblem(404)
            .For(Access.SeeBatches);
        batches.MapPost("/{id:guid}/seal", SealBatch.HandleAsync)
            .WithSummary("Closes a batch: no file joins any more, and it ends when its files have.")
            .Produces<BatchView>()
            .ProducesProblem(404)
            .For(Access.SealBatch);
    }
}
