using System.Security.Claims;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;

namespace TusUpload.Server.Api.Batches;

/// <summary>GET /batches/{id}</summary>
internal static class FindBatch
{
    public static async Task<IResult> HandleAsync(Guid id, ClaimsPrincipal caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var owner = caller.OwnerId();
        var batch = await db.Batches.Where(batch => batch.Id == id && batch.UserId == owner)
            .Select(BatchView.Of).SingleOrDefaultAsync(cancellationToken);
        return batch is null ? ApiError.BatchNotFound : TypedResults.Ok(batch);
    }
}
