using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Sessions;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Expiry;
using TusUpload.Uploads.Progress;

namespace TusUpload.Server.Api.Uploads;

/// <summary>POST /uploads/{id}/extend: moves the end of an unfinished upload, never to an earlier moment.</summary>
internal static class ExtendUpload
{
    private const long MostSeconds = 365 * 86_400;

    public static async Task<IResult> HandleAsync(
        Guid id, Body? body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (body?.Seconds is < 1 or > MostSeconds)
        {
            return ApiError.InvalidSeconds;
        }

        if (await services.Db.FindUploaderAsync(id, caller, Rights.Write, cancellationToken) is not { } uploader)
        {
            return await services.Db.RefuseUploadAsync(id, caller, cancellationToken);
        }

        var now = services.Time.GetUtcNow();
        var more = body?.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : services.Expiry.Value.ExpiresAfter;
        var extended = await services.Endings.ExtendAsync(id, uploader, now, now + more, cancellationToken);
        var upload = await services.Db.UploadsOf(caller).Where(session => session.Id == id)
            .Select(UploadView.At(now)).SingleOrDefaultAsync(cancellationToken);
        return (upload, extended) switch
        {
            (null, _) => ApiError.UploadNotFound,
            (_, null) => ApiError.UploadEnded,
            _ => TypedResults.Ok(upload.With(services.Live)),
        };
    }

    /// <param name="Seconds">From now; default what every upload gets after its last byte.</param>
    internal sealed record Body(long? Seconds);

    internal sealed record Services(
        TusUploadDb Db, SessionEndings Endings, IOptions<ExpiryOptions> Expiry, LiveUploads Live, TimeProvider Time);
}
