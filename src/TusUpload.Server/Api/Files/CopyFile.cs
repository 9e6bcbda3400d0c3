using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>POST /files/{id}/copy: a file of its own on the same object, at once and whatever its size.</summary>
internal static class CopyFile
{
    public static async Task<IResult> HandleAsync(
        Guid id, Body? body, Caller caller, FileCopying copying, TusUploadDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (body?.FileName is not null && !RenameFile.IsName(body.FileName))
        {
            return ApiError.InvalidFileName;
        }

        var copy = Guid.CreateVersion7();
        var wanted = new FileCopy(copy, id, caller.Subject, body?.WorkspaceId, body?.FolderId, body?.FileName);
        var answer = await copying.CopyAsync(wanted, time.GetUtcNow(), cancellationToken);
        return answer.Outcome switch
        {
            CopyOutcome.Made => TypedResults.Created($"/api/v1/files/{copy}", await db.FindFileAsync(copy, caller, cancellationToken)),
            CopyOutcome.NoWorkspace => ApiError.WorkspaceNotFound,
            CopyOutcome.NoFolder => ApiError.FolderNotFound,
            CopyOutcome.NoRoom => ApiError.From(AdmissionErrors.QuotaExceeded(answer.Room!, caller.Subject, answer.Asked)),
            _ => await db.FindFileAsync(id, caller, cancellationToken) switch
            {
                null => ApiError.FileNotFound,
                { ProcessingStatus: FileStatus.Rejected } => ApiError.FileRejected,
                { ProcessingStatus: FileStatus.Ready } => ApiError.FileNotPublished,
                _ => ApiError.FileNotReady,
            },
        };
    }

    /// <param name="WorkspaceId">Default: the file's own.</param>
    /// <param name="FolderId">Default: the file's own, in another workspace its top.</param>
    /// <param name="FileName">Default: the file's own.</param>
    internal sealed record Body(string? FileName, Guid? WorkspaceId, Guid? FolderId);
}
