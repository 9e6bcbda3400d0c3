using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Completion;
using TusUpload.Uploads.Leases;
using TusUpload.Uploads.Rules;

namespace TusUpload.Uploads.Sessions;

/// <summary>A length that is told later. Told twice alike it is no error: the first answer may have been lost.</summary>
internal sealed class UploadLength(
    Writers writers, TakeOvers takeOvers, SessionLengths lengths, SessionLeases leases, RunningDigests digests, UploadLengthServices services)
{
    public async Task<TusResult<DeclaredLength>> DeclareAsync(AppendRequest request, long length, CancellationToken cancellationToken)
    {
        var (id, uploaderId) = (request.UploadId, request.Caller.Caller().Subject);
        if (await writers.StopAsync(id, uploaderId, request.Offset) is { } running)
        {
            return running;
        }

        var (before, refusal) = await takeOvers.TakeAsync(await leases.FindAsync(id, uploaderId, cancellationToken), request.Offset, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        var now = services.Time.GetUtcNow();
        return before.ToInfo(now) switch
        {
            { Value: null } missing => missing.Error!,
            _ when before!.IsFinal => TusError.Final,
            { Value: { } known } when known.Length == length => new DeclaredLength(known, false),
            { Value.Length: not null } => TusError.LengthAlreadySet,
            { Value: { } known } when known.Offset != request.Offset => TusError.OffsetMismatch,
            { Value: { } known } when known.Offset > length => TusError.LengthBelowOffset,
            { Value: { } known } => await FixAsync(known, before!, length, request.Finishes && !before!.IsPartial, cancellationToken),
        };
    }

    private async Task<TusResult<DeclaredLength>> FixAsync(
        UploadInfo known, SessionState before, long length, bool finishes, CancellationToken cancellationToken)
    {
        // Where everything is there already this completes the upload, so the digest must be ready; else it goes on.
        var completes = finishes && known.Offset == length;
        var limit = await services.Limits.OfAsync(before, cancellationToken);
        var refusal = limit.Check(length);
        refusal ??= completes ? await JudgeAsync(before, cancellationToken) : null;
        if (refusal is not null)
        {
            return refusal;
        }

        using var digest = completes ? digests.Take(known.Id, length) : null;
        var sha256 = digest?.Finish();
        var declared = await lengths.DeclareAsync(
            before, known.Offset, length, limit.Most, (sha256, finishes), services.Time.GetUtcNow(), cancellationToken);
        if (!declared.Made)
        {
            return limit.Explain(declared, before, length);
        }

        if (completes)
        {
            services.Completed.Tell(known.Id, length);
        }
        else if (before.IsPartial && known.Offset == length && await leases.FindAsync(known.Id, before.UploaderId, CancellationToken.None) is { } part)
        {
            if (await services.Joins.PartCommittedAsync(part) is { } unfit)
            {
                return unfit;
            }
        }

        var upload = known with { Length = length, IsOpen = !completes, ExpiresAt = completes ? null : known.ExpiresAt, Sha256 = sha256 };
        return new DeclaredLength(upload, completes);
    }

    /// <summary>What is less than is looked at was never judged: it could have been more.</summary>
    private async ValueTask<TusError?> JudgeAsync(SessionState upload, CancellationToken cancellationToken)
    {
        if (upload.ContentNode is not null && upload.ContentNode != services.Node.Id)
        {
            return upload.UploadedSize < FirstBytes.Most
                && await services.Inspection.LooksAtAsync(upload.WorkspaceId, upload.LinkId, upload.ContentType, cancellationToken)
                    ? TusError.Unavailable
                    : null;
        }

        using var first = await services.Inspection.OfKnownAsync(upload, cancellationToken);
        return first?.End() is null ? null : await services.Inspection.EndAsync(upload, first);
    }
}

internal sealed record UploadLengthServices(
    LocalNode Node, UploadJoins Joins, UploadLimits Limits, UploadInspection Inspection, CompletedUploads Completed, TimeProvider Time);
