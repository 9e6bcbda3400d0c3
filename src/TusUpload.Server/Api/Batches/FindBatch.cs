using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Sessions;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>GET /batches/{id}</summary>
internal static class FindBatch
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken) =>
        await FindAsync(id, caller, db, cancellationToken) is { } batch ? TypedResults.Ok(batch) : ApiError.BatchNotFound;

    /// <summary>A batch within the caller's reach, with how far it is.</summary>
    internal static async Task<BatchView?> FindAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var batch = await db.BatchesOf(caller).Where(batch => batch.Id == id).Select(BatchView.Of).SingleOrDefaultAsync(cancellationToken);
        if (batch is null)
        {
            return null;
        }

        var announced = await db.BatchFiles.Where(line => line.BatchId == id).GroupBy(line => line.BatchId)
            .Select(lines => new { AllSized = lines.All(line => line.Size != null), Bytes = lines.Sum(line => (decimal?)line.Size) })
            .SingleOrDefaultAsync(cancellationToken);
        return batch with
        {
            // Of many lines without a limit it could be more than a number of the API holds.
            ExpectedBytes = announced is { AllSized: true, Bytes: { } bytes } ? (long)Math.Min(bytes, long.MaxValue) : null,
            UploadedBytes = await db.Sessions
                .Where(upload => upload.BatchId == id && !upload.IsLate && (upload.Status == SessionStatus.Receiving || upload.Status == SessionStatus.Received))
                .SumAsync(upload => upload.UploadedSize, cancellationToken),
        };
    }
}
