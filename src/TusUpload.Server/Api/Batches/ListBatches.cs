using TusUpload.Data.Connections;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>GET /batches</summary>
internal static class ListBatches
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, Caller caller, StaleReads reads, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        return TypedResults.Ok(await reads.RunAsync(db =>
        {
            var batches = db.ListBatchesOf(caller);
            if (below is { } last)
            {
                batches = batches.Where(batch => batch.Id < last);
            }

            return batches.OrderByDescending(batch => batch.Id).Select(BatchView.Of).ToPageAsync(limit, batch => batch.Id, cancellationToken);
        }));
    }
}
