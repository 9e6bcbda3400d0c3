using TusUpload.Data.Sessions;
using TusUpload.Protocol.Bodies;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Leases;

namespace TusUpload.Uploads.Sessions;

/// <summary>
/// An upload that begins with its POST: admitted and made, its room set aside, and what body came with it appended under the lease that the same
/// statement took. Dying in between leaves an upload at the offset that was committed, which its client resumes or expiry ends.
/// </summary>
internal sealed class UploadBeginning(
    SessionAdmission admission, SessionEndings endings, SessionLeases leases, IUploadContent content, Writers writers, UploadReceive receive)
{
    public async Task<TusResult<UploadInfo>> CreateAsync(
        NewSession session, TusBody? body, Func<UploadInfo, ValueTask>? onMade, CancellationToken cancellationToken)
    {
        // The id is new, so nobody is in the way.
        using var writer = (await writers.EnterAsync(session.Id, session.UploaderId, body, offset: 0)).Writer!;
        var (made, refusal) = await admission.AdmitAsync(session with { LeaseNode = body is null ? null : receive.Node.Id }, cancellationToken);
        if (refusal is not null)
        {
            return refusal;
        }

        try
        {
            await content.ReserveAsync(made.Id, made.TotalSize ?? 0, CancellationToken.None);
        }
        catch (StorageFullException)
        {
            await TakeBackAsync(made);
            return TusError.StorageFull;
        }

        var fresh = new UploadInfo(made.Id, 0, made.TotalSize, made.Metadata, made.ExpiresAt) { IsOpen = true, Concat = made.IsPartial ? "partial" : null };
        if (onMade is not null)
        {
            await onMade(fresh);
        }

        if (body is null)
        {
            return fresh;
        }

        var result = await receive.ReceiveAsync(Lease(made), writer, body, made.Finishes);
        if (body.Checksum?.Refusal is { } mismatch)
        {
            await TakeBackAsync(made);
            return mismatch;
        }

        return result switch
        {
            // What cannot get better is said at once.
            { Error.Status: 413 } => result,

            // It has ended with what came.
            { Value: null, Error.Status: 415 } => result,

            // The upload is there: whatever cut its body short, the client goes on from the offset.
            { Value: { } info } => info,
            _ => (await leases.FindAsync(made.Id, made.UploaderId, CancellationToken.None)).ToInfo(made.Now),
        };
    }

    /// <summary>
    /// No client was told of it, unless it has a key: then the same POST may have come again and been told, so it stays, without a byte, for its client to
    /// go on with. Dying in between leaves bytes that the sweep finds.
    /// </summary>
    private async Task TakeBackAsync(NewSession made)
    {
        if (made.ResumeKey is not null)
        {
            await leases.ReleaseAsync(made.Id, receive.Node.Id, epoch: 1, CancellationToken.None);
        }
        else if (await endings.TerminateAsync(made.Id, made.UploaderId, made.Now, CancellationToken.None) is not null)
        {
            await content.DeleteAsync(made.Id, CancellationToken.None);
            await endings.MarkRemovedAsync([made.Id], CancellationToken.None);
        }
    }

    private static SessionState Lease(NewSession made) => new(
        made.Id,
        made.UserId,
        made.UploaderId,
        SessionStatus.Receiving,
        0,
        made.TotalSize,
        made.TotalSize ?? 0,
        made.Metadata,
        made.LeaseNode,
        1,
        made.ContentNode,
        made.ExpiresAt)
    {
        IsPartial = made.IsPartial,
        Concat = made.IsPartial ? "partial" : null,
        WorkspaceId = made.WorkspaceId,
        LinkId = made.LinkId,
        ContentType = made.ContentType,
    };
}
