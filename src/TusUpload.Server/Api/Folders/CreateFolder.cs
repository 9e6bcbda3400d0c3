using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Folders;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Rules;

namespace TusUpload.Server.Api.Folders;

/// <summary>POST /folders</summary>
internal static class CreateFolder
{
    public static async Task<IResult> HandleAsync(Body body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (services.Names.ReadFolderName(body.Name, out var name) is { } refusal)
        {
            return refusal;
        }

        var db = services.Db;
        var above = body.ParentId is { } parent
            ? await db.FoldersOf(caller).Where(folder => folder.Id == parent).Select(folder => (Guid?)folder.WorkspaceId).SingleOrDefaultAsync(cancellationToken)
            : null;
        if (body.ParentId is not null && (above is null || (body.WorkspaceId is { } named && named != above)))
        {
            return ApiError.FolderNotFound;
        }

        var workspace = above ?? body.WorkspaceId ?? await services.Callers.DefaultWorkspaceAsync(caller, cancellationToken);
        if (!await db.WorkspacesOf(caller, Rights.Upload).AnyAsync(space => space.Id == workspace, cancellationToken))
        {
            return await db.RefuseWorkspaceAsync(workspace, caller, cancellationToken);
        }

        var id = Guid.CreateVersion7();
        var outcome = await services.Changes.MakeAsync(id, workspace, body.ParentId, name, services.Time.GetUtcNow(), cancellationToken);
        return outcome == FolderOutcome.Done && await db.FoldersOf(caller).Where(folder => folder.Id == id).Select(FolderView.Of)
            .SingleOrDefaultAsync(cancellationToken) is { } made
            ? new Tagged<FolderView>(made, made.Version, $"/api/v1/folders/{id}")
            : ChangeFolder.ErrorOf(outcome);
    }

    /// <param name="WorkspaceId">Default: that of the folder above, or the caller's default workspace.</param>
    /// <param name="ParentId">The folder above; default: the root.</param>
    /// <param name="Name">1 to 255 characters, without slashes.</param>
    internal sealed record Body(Guid? WorkspaceId, Guid? ParentId, string? Name);

    internal sealed record Services(TusUploadDb Db, FolderChanges Changes, CallerDirectory Callers, NameRules Names, TimeProvider Time);
}
