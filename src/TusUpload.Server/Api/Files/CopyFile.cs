using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Rules;

namespace TusUpload.Server.Api.Files;

/// <summary>
/// POST /files/{id}/copy: a file of its own on the same object, at once and whatever its size. It counts for the workspace that it goes
/// to.
/// </summary>
internal static class CopyFile
{
    public static async Task<IResult> HandleAsync(
        Guid id, Body? body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        string? name = null;
        if (body?.FileName is { } given && services.Names.ReadFileName(given, out name) is { } refusal)
        {
            return refusal;
        }

        var db = services.Db;

        if (await db.FindRowAsync(id, caller, Rights.Read, cancellationToken) is not { } file)
        {
            return ApiError.FileNotFound;
        }

        // Into another workspace a copy is an upload like any other.
        var workspace = body?.WorkspaceId ?? file.WorkspaceId;
        var stays = workspace == file.WorkspaceId;
        var account = await db.WorkspacesOf(caller, stays ? Rights.Write : Rights.Upload).Where(space => space.Id == workspace)
            .Select(space => space.UserId).SingleOrDefaultAsync(cancellationToken);
        if (account is null)
        {
            return stays ? ApiError.Forbidden : await db.RefuseWorkspaceAsync(workspace, caller, cancellationToken);
        }

        var copy = Guid.CreateVersion7();
        var folder = body?.FolderId ?? (stays ? file.FolderId : null);
        var wanted = new FileCopy(copy, id, file.UserId, account, caller.Subject, workspace, folder, name ?? file.FileName);
        var answer = await services.Copying.CopyAsync(wanted, services.Time.GetUtcNow(), cancellationToken);
        return answer.Outcome switch
        {
            CopyOutcome.Made => TypedResults.Created($"/api/v1/files/{copy}", await db.FindFileAsync(copy, caller, cancellationToken)),
            CopyOutcome.NoWorkspace => ApiError.WorkspaceNotFound,
            CopyOutcome.NoFolder => ApiError.FolderNotFound,
            CopyOutcome.NameTaken => ApiError.NameTaken,
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

    internal sealed record Services(TusUploadDb Db, FileCopying Copying, NameRules Names, TimeProvider Time);
}
