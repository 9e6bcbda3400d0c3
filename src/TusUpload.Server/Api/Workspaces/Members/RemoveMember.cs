using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces.Members;

/// <summary>DELETE /workspaces/{id}/members/{userId}: what it uploaded stays, and it goes on seeing that.</summary>
internal static class RemoveMember
{
    public static async Task<IResult> HandleAsync(Guid id, string userId, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var user = MemberRoutes.UserOf(userId);
        var needs = user == caller.Subject ? Rights.Read : Rights.Manage;
        var owner = await db.WorkspacesOf(caller, needs).Where(space => space.Id == id).Select(space => space.UserId).SingleOrDefaultAsync(cancellationToken);
        if (owner is null)
        {
            return await db.RefuseWorkspaceAsync(id, caller, cancellationToken);
        }

        if (owner == user)
        {
            return ApiError.OwnerStays;
        }

        var removed = await db.Members.Where(member => member.WorkspaceId == id && member.UserId == user).ExecuteDeleteAsync(cancellationToken);
        return removed > 0 ? TypedResults.NoContent() : ApiError.MemberNotFound;
    }
}
