using System.Security.Claims;

using TusUpload.Data.Connections;

namespace TusUpload.Server.Api.Batches;

/// <summary>GET /batches</summary>
internal static class ListBatches
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, ClaimsPrincipal caller, StaleReads reads, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        var owner = caller.OwnerId();
        return TypedResults.Ok(await reads.RunAsync(db =>
        {
            var batches = db.Batches.Where(batch => batch.UserId == owner);
            if (below is { } last)
            {
                batches = batches.Where(batch => batch.Id < last);
            }

            return batches.OrderByDescending(batch => batch.Id).Select(BatchView.Of).ToPageAsync(limit, batch => batch.Id, cancellationToken);
        }));
    }
}
