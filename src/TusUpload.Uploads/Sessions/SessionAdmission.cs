using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;

namespace TusUpload.Uploads.Sessions;

/// <summary>Asks the database for an upload, at the time it is asked; the answer is null or the refusal.</summary>
internal sealed class SessionAdmission(
    SessionCreation creation, CallerDirectory callers, UploadFolders folders, IOptions<ExpiryOptions> expiry, UploadLog log, TimeProvider time)
{
    public async Task<(NewSession Session, TusError? Refusal)> AdmitAsync(NewSession session, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        session = session with { Now = now, ExpiresAt = now + expiry.Value.ExpiresAfter };
        var admission = await creation.CreateAsync(session, cancellationToken);
        if (admission is { Made: false, FolderKnown: false } && session.FolderPath is not null)
        {
            // Renamed, moved or deleted since this process looked it up.
            var placed = await folders.PlaceAsync(session, again: true, cancellationToken);
            if (placed.Value is null)
            {
                return (session, placed.Error);
            }

            session = placed.Value;
            admission = await creation.CreateAsync(session, cancellationToken);
        }

        if (admission.Made)
        {
            log.Created(session.Id, session.TotalSize);
            if (session.IsReceived)
            {
                log.Received(session.Id, session.UploadedSize);
            }

            return (session, null);
        }

        return (session, Explain(admission, session, session.TotalSize ?? session.UploadedSize));
    }

    /// <summary>Why it was not admitted.</summary>
    /// <param name="size">Bytes that were asked for.</param>
    public TusError Explain(Data.Sessions.Admission admission, NewSession session, long size)
    {
        if (!admission.InTime)
        {
            // The process slept between the bytes and this question.
            return TusError.Unavailable;
        }

        if (!admission.UserKnown)
        {
            // Somebody removed the user's row under a running server: the next request makes it again.
            callers.Forget(session.UserId);
            return TusError.Unavailable;
        }

        return AdmissionErrors.For(admission, session.UploaderId, size);
    }
}
