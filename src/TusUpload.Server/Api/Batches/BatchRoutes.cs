using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Batches;

internal static class BatchRoutes
{
    public static void MapBatches(this IEndpointRouteBuilder api)
    {
        var batches = api.MapGroup("/batches").WithTags("batches");
        batches.MapPost("", CreateBatch.HandleAsync)
            .WithSummary("Makes a batch, of files that a manifest names or of whatever comes; files join it with batchId in their Upload-Metadata.")
            .Creates()
            .Produces<BatchView>(201)
            .ProducesProblem(400)
            .ProducesProblem(404)
            .ProducesProblem(410)
            .ProducesProblem(413)
            .For(Access.MakeBatch);
        batches.MapGet("", ListBatches.HandleAsync)
            .WithSummary("Lists the caller's batches, newest first.")
            .Produces<Page<BatchView>>()
            .ProducesProblem(400)
            .For(Access.SeeBatches);
        batches.MapGet("/{id:guid}", FindBatch.HandleAsync)
            .WithSummary("Shows a batch and how far it is.")
            .Produces<BatchView>()
            .ProducesProblem(404)
            .For(Access.SeeBatches);
        batches.MapPost("/{id:guid}/seal", SealBatch.HandleAsync)
            .WithSummary("Closes a batch: no file joins any more, and it ends when its files have.")
            .Produces<BatchView>()
            .ProducesProblem(404)
            .For(Access.SealBatch);
        batches.MapGet("/{id:guid}/files", ListBatchFiles.HandleAsync)
            .WithSummary("Lists the lines of a batch's manifest in their order, without one the uploads that joined, each with what became of it.")
            .Produces<Page<BatchFileView>>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .For(Access.SeeBatches);
        batches.MapPost("/{id:guid}/cancel", CancelBatch.HandleAsync)
            .WithSummary("Cancels a batch: its unfinished uploads end, and it ends by what is left; one that is all or nothing fails.")
            .Produces<BatchView>()
            .ProducesProblem(404)
            .ProducesProblem(423)
            .For(Access.CancelBatch);
    }
}
