using System.Security.Claims;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Progress;

namespace TusUpload.Server.Api.Uploads;

/// <summary>GET /uploads/{id}</summary>
internal static class FindUpload
{
    public static async Task<IResult> HandleAsync(
        Guid id, ClaimsPrincipal caller, TusUploadDb db, LiveUploads live, TimeProvider time, CancellationToken cancellationToken)
    {
        var owner = caller.OwnerId();
        var upload = await db.Sessions.Where(session => session.Id == id && session.UserId == owner)
            .Select(UploadView.At(time.GetUtcNow())).SingleOrDefaultAsync(cancellationToken);
        return upload is null ? ApiError.UploadNotFound : TypedResults.Ok(upload.With(live));
    }
}
