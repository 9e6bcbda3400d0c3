using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces.Members;

/// <summary>GET /workspaces/{id}/members/{userId}</summary>
internal static class FindMember
{
    public static async Task<IResult> HandleAsync(Guid id, string userId, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var user = MemberRoutes.UserOf(userId);
        var needs = user == caller.Subject ? Rights.Read : Rights.Manage;
        if (!await db.WorkspacesOf(caller, needs).AnyAsync(space => space.Id == id, cancellationToken))
        {
            return await db.RefuseWorkspaceAsync(id, caller, cancellationToken);
        }

        var member = await db.Members.Where(member => member.WorkspaceId == id && member.UserId == user)
            .Select(MemberView.Of).SingleOrDefaultAsync(cancellationToken);
        return member is null ? ApiError.MemberNotFound : TypedResults.Ok(member);
    }
}
