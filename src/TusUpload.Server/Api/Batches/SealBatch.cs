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
        if (!await db.BatchesOf(caller, Rights.Write).AnyAsync(batch => batch.Id == id, cancellationToken))
        {
            return await db.RefuseBatchAsync(id, caller, cancellationToken);
        }

        await sealing.SealAsync(id, time.GetUtcNow(), cancellationToken);
        return await FindBatch.HandleAsync(id, caller, db, cancellationToken);
    }
}
