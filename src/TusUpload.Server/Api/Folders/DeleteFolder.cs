using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Trash;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Folders;

/// <summary>DELETE /folders/{id}: to the trash, where its files are out of sight and count until they are removed.</summary>
internal static class DeleteFolder
{
    public static async Task<IResult> HandleAsync(
        Guid id, IfMatch ifMatch, Caller caller, TusUploadDb db, TrashBin trash, TimeProvider time, CancellationToken cancellationToken)
    {
        var workspace = await db.FoldersOf(caller, Rights.Write).Where(folder => folder.Id == id).Select(folder => (Guid?)folder.WorkspaceId)
            .SingleOrDefaultAsync(cancellationToken);
        if (workspace is not { } within)
        {
            return await db.RefuseFolderAsync(id, caller, cancellationToken);
        }

        return await trash.DeleteAsync(id, within, ifMatch.Version, time.GetUtcNow(), cancellationToken) ? TypedResults.NoContent()
            : await db.FoldersOf(caller).AnyAsync(folder => folder.Id == id, cancellationToken) ? ApiError.PreconditionFailed
            : ApiError.FolderNotFound;
    }
}
