using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>DELETE /files/{id}: the file is gone for everybody at once; a job removes the bytes.</summary>
internal static class DeleteFile
{
    public static async Task<IResult> HandleAsync(
        Guid id, IfMatch ifMatch, Caller caller, FileDeletion deletion, TusUploadDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await db.FindRowAsync(id, caller, Rights.Write, cancellationToken) is not { } file)
        {
            return await db.RefuseFileAsync(id, caller, cancellationToken);
        }

        if (await deletion.DeleteAsync(id, file.UserId, ifMatch.Version, time.GetUtcNow(), cancellationToken))
        {
            return TypedResults.NoContent();
        }

        return await db.FindFileAsync(id, caller, cancellationToken) is not { } known ? ApiError.FileNotFound
            : ifMatch.Version is { } version && version != known.Version ? ApiError.PreconditionFailed
            : ApiError.FileInProcessing;
    }
}
