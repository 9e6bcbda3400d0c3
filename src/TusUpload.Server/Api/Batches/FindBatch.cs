using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>GET /batches/{id}</summary>
internal static class FindBatch
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var batch = await db.BatchesOf(caller).Where(batch => batch.Id == id)
            .Select(BatchView.Of).SingleOrDefaultAsync(cancellationToken);
        return batch is null ? ApiError.BatchNotFound : TypedResults.Ok(batch);
    }
}
