using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>
/// DELETE /workspaces/{id}: to the trash, where all that is in it is out of sight. Only its owner can bring it back, so only its owner
/// may.
/// </summary>
internal static class DeleteWorkspace
{
    public static async Task<IResult> HandleAsync(
        Guid id, IfMatch ifMatch, Caller caller, TusUploadDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        var (owner, version, now) = (caller.Subject, ifMatch.Version, time.GetUtcNow());
        var own = db.Workspaces.Where(space => space.Id == id && space.UserId == owner && space.DeletedAt == null);
        if (await db.Users.AnyAsync(user => user.Id == owner && user.DefaultWorkspaceId == id, cancellationToken))
        {
            return ApiError.DefaultWorkspaceStays;
        }

        var deleted = await own.Where(space => version == null || space.Version == version).ExecuteUpdateAsync(
            row => row.SetProperty(space => space.DeletedAt, now).SetProperty(space => space.Version, space => space.Version + 1), cancellationToken);
        return deleted > 0 ? TypedResults.NoContent()
            : await own.AnyAsync(cancellationToken) ? ApiError.PreconditionFailed
            : await db.RefuseWorkspaceAsync(id, caller, cancellationToken);
    }
}
