using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Connections;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Folders;

/// <summary>GET /folders</summary>
internal static class ListFolders
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, Guid? workspaceId, Guid? parentId, Caller caller, [AsParameters] Services services,
        CancellationToken cancellationToken)
    {
        if (!page.TryReadText(out var limit, out var after, out var error))
        {
            return error;
        }

        var above = parentId is { } parent
            ? await services.Db.FoldersOf(caller).Where(folder => folder.Id == parent).Select(folder => (Guid?)folder.WorkspaceId)
                .SingleOrDefaultAsync(cancellationToken)
            : null;
        if (parentId is not null && (above is null || (workspaceId is { } named && named != above)))
        {
            return ApiError.FolderNotFound;
        }

        var workspace = above ?? workspaceId ?? await services.Callers.DefaultWorkspaceAsync(caller, cancellationToken);
        if (!await services.Db.SeesAsync(workspace, caller, cancellationToken))
        {
            return ApiError.WorkspaceNotFound;
        }

        return TypedResults.Ok(await services.Reads.RunAsync(db =>
        {
            var folders = db.Folders.Where(folder => folder.WorkspaceId == workspace && folder.DeletedAt == null);
            folders = parentId is null ? folders : folders.Where(folder => folder.ParentId == parentId);
            folders = after is null ? folders : folders.Where(folder => string.Compare(folder.Path, after) > 0);
            return folders.OrderBy(folder => folder.Path).Select(FolderView.Of)
                .ToPageAsync(limit, folder => PageRequest.Write(folder.Path), cancellationToken);
        }));
    }

    internal sealed record Services(TusUploadDb Db, StaleReads Reads, CallerDirectory Callers);
}
