using System.Security.Claims;

using TusUpload.Data;
using TusUpload.Data.Sessions;
using TusUpload.Uploads.Progress;

namespace TusUpload.Server.Api.Uploads;

/// <summary>GET /uploads</summary>
internal static class ListUploads
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, string? status, ClaimsPrincipal caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        var owner = caller.OwnerId();
        var now = services.Time.GetUtcNow();
        var sessions = services.Db.Sessions.Where(session => session.UserId == owner && !session.IsPartial);
        switch (status)
        {
            case null: break;
            case SessionStatus.Receiving:
                sessions = sessions.Where(session => session.Status == SessionStatus.Receiving && session.ExpiresAt > now);
                break;
            case SessionStatus.Expired:
                sessions = sessions.Where(
                    session => session.Status == SessionStatus.Expired || (session.Status == SessionStatus.Receiving && session.ExpiresAt <= now));
                break;
            case SessionStatus.Received or SessionStatus.Terminated:
                sessions = sessions.Where(session => session.Status == status);
                break;
            default: return ApiError.InvalidStatus;
        }

        if (below is { } last)
        {
            sessions = sessions.Where(session => session.Id < last);
        }

        var uploads = await sessions.OrderByDescending(session => session.Id).Select(UploadView.At(now))
            .ToPageAsync(limit, upload => upload.Id, cancellationToken);
        return TypedResults.Ok(uploads with { Items = [.. uploads.Items.Select(upload => upload.With(services.Live))] });
    }

    internal sealed record Services(TusUploadDb Db, LiveUploads Live, TimeProvider Time);
}
