using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Folders;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Folders;

/// <summary>
/// POST /folders/{id}/restore: back to where it was, with what was deleted with it. One that is not in the trash stays as it is.
/// </summary>
internal static class RestoreFolder
{
    public static async Task<IResult> HandleAsync(
        Guid id, Body? body, Caller caller, [AsParameters] ChangeFolder.Services services, CancellationToken cancellationToken)
    {
        string? name = null;
        if (body?.Name is { } given && services.Names.ReadFolderName(given, out name) is { } refusal)
        {
            return refusal;
        }

        var db = services.Db;
        var spaces = db.WorkspacesOf(caller, Rights.Write);
        var found = await db.Folders.Where(folder => folder.Id == id && spaces.Any(space => space.Id == folder.WorkspaceId))
            .Select(folder => new { folder.WorkspaceId, folder.DeletedAt }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return await db.RefuseFolderAsync(id, caller, cancellationToken);
        }

        if (found.DeletedAt is null)
        {
            return await ChangeFolder.AnswerAsync(FolderOutcome.Done, id, caller, db, cancellationToken);
        }

        var outcome = await services.Changes.PlaceAsync(new(id, found.WorkspaceId, name, false, null, null, Restores: true), cancellationToken);
        return outcome switch
        {
            FolderOutcome.NoParent => ApiError.FolderAboveInTrash,
            FolderOutcome.NotFound => ApiError.NotInTrash,
            _ => await ChangeFolder.AnswerAsync(outcome, id, caller, db, cancellationToken),
        };
    }

    /// <param name="Name">Another name, where its own is taken by now.</param>
    internal sealed record Body(string? Name);
}
