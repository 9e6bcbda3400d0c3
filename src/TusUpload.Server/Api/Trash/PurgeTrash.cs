using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Trash;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Trash;

/// <summary>DELETE /trash/{id}: gone for good at once; of a large one a janitor removes the rest.</summary>
internal static class PurgeTrash
{
    private const int MostFiles = 1000;

    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, TrashPurge purge, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, caller, Rights.Write, db, cancellationToken) is not { } root)
        {
            return await FindAsync(id, caller, Rights.Read, db, cancellationToken) is null ? ApiError.NotInTrash : ApiError.Forbidden;
        }

        if (!await purge.MarkAsync(id, DateTimeOffset.MaxValue, cancellationToken))
        {
            return ApiError.NotInTrash;
        }

        await purge.RunAsync(root, MostFiles, time.GetUtcNow(), cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<TrashRoot?> FindAsync(Guid id, Caller caller, Rights needs, TusUploadDb db, CancellationToken cancellationToken)
    {
        var owner = caller.Subject;
        if (await db.Workspaces.AnyAsync(
            space => space.Id == id && space.UserId == owner && space.DeletedAt > DateTimeOffset.UnixEpoch, cancellationToken))
        {
            return new(id, id, IsWorkspace: true);
        }

        var spaces = db.WorkspacesOf(caller, needs);
        return await db.Folders
            .Where(folder => folder.Id == id && folder.DeletedWith == id && folder.DeletedAt > DateTimeOffset.UnixEpoch
                && spaces.Any(space => space.Id == folder.WorkspaceId))
            .Select(folder => new TrashRoot(id, folder.WorkspaceId, false)).SingleOrDefaultAsync(cancellationToken);
    }
}
