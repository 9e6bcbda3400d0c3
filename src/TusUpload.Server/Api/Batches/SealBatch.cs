using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>POST /batches/{id}/seal; sealing twice is no error.</summary>
internal static class SealBatch
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, BatchSealing sealing, TusUploadDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.BatchesOf(caller, Rights.Write).Where(batch => batch.Id == id).Select(batch => batch.UserId).SingleOrDefaultAsync(cancellationToken)
            is not { } account)
        {
            return await db.BatchesOf(caller).AnyAsync(batch => batch.Id == id, cancellationToken) ? ApiError.Forbidden : ApiError.BatchNotFound;
        }

        await sealing.SealAsync(id, account, time.GetUtcNow(), cancellationToken);
        return await FindBatch.HandleAsync(id, caller, db, cancellationToken);
    }
}
