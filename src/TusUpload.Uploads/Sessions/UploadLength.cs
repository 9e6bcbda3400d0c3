using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>A length that is told later. Told twice alike it is no error: the first answer may have been lost.</summary>
internal sealed class UploadLength(
    Writers writers, SessionLengths lengths, SessionLeases leases, RunningDigests digests, CompletedUploads completed, TimeProvider time)
{
    public async Task<TusResult<UploadInfo>> DeclareAsync(Guid uploadId, string userId, long length, CancellationToken cancellationToken)
    {
        if (!await writers.StopAsync(uploadId, userId))
        {
            return TusError.Locked;
        }

        var now = time.GetUtcNow();
        var before = await leases.FindAsync(uploadId, userId, cancellationToken);
        var info = before.ToInfo(now);
        if (info.Value is not { } known || known.Length == length)
        {
            return info;
        }

        if (known.Length is not null)
        {
            return TusError.LengthAlreadySet;
        }

        if (known.Offset > length)
        {
            return TusError.LengthBelowOffset;
        }

        // Where everything is there already this completes the upload, so the digest must be ready; else it goes on.
        using var digest = known.Offset == length ? digests.Take(uploadId, length) : null;
        var declared = await lengths.DeclareAsync(uploadId, userId, length, digest?.Finish(), now, cancellationToken);
        if (!declared.Made)
        {
            return declared.Found ? AdmissionErrors.For(declared, length - before!.ReservedSize) : TusError.Locked;
        }

        if (known.Offset == length)
        {
            completed.Tell(uploadId);
        }

        return (await leases.FindAsync(uploadId, userId, cancellationToken)).ToInfo(now);
    }
}
