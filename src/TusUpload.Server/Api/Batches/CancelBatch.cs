using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>
/// POST /batches/{id}/cancel: no file joins any more, and each unfinished upload ends as by DELETE, so that a running writer lets go first. Dying in between
/// leaves a closed batch with fewer uploads: asking again ends the rest, and what nobody asks for expires.
/// </summary>
internal static class CancelBatch
{
    // Each may wait for a writer on another node.
    private const int AtOnce = 4;

    public static async Task<IResult> HandleAsync(Guid id, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (!await services.Db.BatchesOf(caller, Rights.Write).AnyAsync(batch => batch.Id == id, cancellationToken))
        {
            return await services.Db.RefuseBatchAsync(id, caller, cancellationToken);
        }

        // Closed first: whoever joined before is among the uploads that are then looked for.
        await services.Endings.RefuseLateAsync(id, cancellationToken);
        await services.Endings.AbandonAsync(id, services.Time.GetUtcNow(), cancellationToken);
        await services.Sealing.SealAsync(id, services.Time.GetUtcNow(), cancellationToken);
        return await EndUploadsAsync(id, caller, services, cancellationToken) is { } stuck
            ? ApiError.From(stuck)
            : await FindBatch.HandleAsync(id, caller, services.Db, cancellationToken);
    }

    /// <summary>Null, or why one of them could not be ended now.</summary>
    private static async Task<TusError?> EndUploadsAsync(Guid id, Caller caller, Services services, CancellationToken cancellationToken)
    {
        TusError? stuck = null;
        await Parallel.ForEachAsync(
            await services.Endings.UnfinishedAsync(id, cancellationToken),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (upload, cancelled) =>
            {
                var asUploader = (caller with { Subject = upload.UploaderId }).ToPrincipal(nameof(CancelBatch));
                var ended = await services.Store.TerminateAsync(upload.Id, asUploader, cancelled);

                // What has ended or is complete by now needs nothing more.
                if (ended.Error is { Status: not (403 or 404) } error)
                {
                    stuck = error;
                }
            });
        return stuck;
    }

    internal sealed record Services(TusUploadDb Db, BatchEndings Endings, BatchSealing Sealing, ITusTerminationStore Store, TimeProvider Time);
}
