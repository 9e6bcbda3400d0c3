using TusUpload.Data;
using TusUpload.Pipeline.Jobs;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>POST /files/{id}/replay</summary>
internal static class ReplayFile
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, FileReplay replay, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (await db.FindRowAsync(id, caller, Rights.Write, cancellationToken) is not { } row)
        {
            return await db.RefuseFileAsync(id, caller, cancellationToken);
        }

        var replayed = await replay.ReplayAsync(id, row.UserId, cancellationToken);
        var file = await db.FindFileAsync(id, caller, cancellationToken);
        return (file, replayed) switch
        {
            (null, _) => ApiError.FileNotFound,
            (_, false) => ApiError.FileNotFailed,
            _ => TypedResults.Accepted($"/api/v1/files/{id}", file),
        };
    }
}
