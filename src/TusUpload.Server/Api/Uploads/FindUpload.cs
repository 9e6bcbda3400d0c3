using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Progress;

namespace TusUpload.Server.Api.Uploads;

/// <summary>GET /uploads/{id}</summary>
internal static class FindUpload
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, LiveUploads live, TimeProvider time, CancellationToken cancellationToken)
    {
        var upload = await db.UploadsOf(caller).Where(session => session.Id == id)
            .Select(UploadView.At(time.GetUtcNow())).SingleOrDefaultAsync(cancellationToken);
        return upload is null ? ApiError.UploadNotFound : TypedResults.Ok(upload.With(live));
    }
}
