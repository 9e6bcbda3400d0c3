using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Progress;

namespace TusUpload.Server.Api.Uploads;

/// <summary>GET /uploads</summary>
internal static class ListUploads
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, string? status, Guid? workspaceId, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        var now = services.Time.GetUtcNow();
        if (status is not (null or SessionStatus.Receiving or SessionStatus.Expired or SessionStatus.Received or SessionStatus.Terminated))
        {
            return ApiError.InvalidStatus;
        }

        var uploads = await services.Reads.RunAsync(async db =>
        {
            var listed = workspaceId is not { } within ? db.ListUploadsOf(caller)
                : await db.SeesAsync(within, caller, cancellationToken) ? db.Sessions.Where(session => session.WorkspaceId == within)
                : db.ListUploadsOf(caller).Where(session => session.WorkspaceId == within);
            var sessions = Narrow(listed.Where(session => !session.IsPartial), status, now);
            if (below is { } last)
            {
                sessions = sessions.Where(session => session.Id < last);
            }

            return await sessions.OrderByDescending(session => session.Id).Select(UploadView.At(now)).ToPageAsync(limit, upload => upload.Id, cancellationToken);
        });
        return TypedResults.Ok(uploads with { Items = [.. uploads.Items.Select(upload => upload.With(services.Live))] });
    }

    private static IQueryable<UploadSession> Narrow(IQueryable<UploadSession> sessions, string? status, DateTimeOffset now) => status switch
    {
        null => sessions,
        SessionStatus.Receiving => sessions.Where(session => session.Status == SessionStatus.Receiving && session.ExpiresAt > now),
        SessionStatus.Expired => sessions.Where(
            session => session.Status == SessionStatus.Expired || (session.Status == SessionStatus.Receiving && session.ExpiresAt <= now)),
        _ => sessions.Where(session => session.Status == status),
    };

    internal sealed record Services(StaleReads Reads, LiveUploads Live, TimeProvider Time);
}
