using Microsoft.Extensions.Options;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;

namespace TusUpload.Uploads.Sessions;

/// <summary>Asks the database for an upload, at the time it is asked; the answer is null or the refusal.</summary>
internal sealed class SessionAdmission(SessionCreation creation, CallerDirectory callers, IOptions<ExpiryOptions> expiry, TimeProvider time)
{
    public DateTimeOffset ExpiresAt(DateTimeOffset now) => now + expiry.Value.ExpiresAfter;

    public async Task<(NewSession Session, TusError? Refusal)> AdmitAsync(NewSession session, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        session = session with { Now = now, ExpiresAt = ExpiresAt(now) };
        var admission = await creation.CreateAsync(session, cancellationToken);
        if (admission.Made)
        {
            return (session, null);
        }

        if (!admission.UserKnown)
        {
            // Somebody removed the user's row under a running server: the next request makes it again.
            callers.Forget(session.UserId);
            return (session, TusError.Unavailable);
        }

        return (session, AdmissionErrors.For(admission, session.TotalSize ?? session.UploadedSize));
    }
}
