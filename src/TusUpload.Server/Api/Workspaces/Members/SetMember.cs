using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Workspaces;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces.Members;

/// <summary>PUT /workspaces/{id}/members/{userId}</summary>
internal static class SetMember
{
    public static async Task<IResult> HandleAsync(
        Guid id, string userId, Body body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (body.Role is not (WorkspaceRole.Viewer or WorkspaceRole.Contributor or WorkspaceRole.Editor or WorkspaceRole.Manager))
        {
            return ApiError.InvalidRole;
        }

        var (db, user) = (services.Db, MemberRoutes.UserOf(userId));
        var owner = await db.WorkspacesOf(caller, Rights.Manage).Where(space => space.Id == id).Select(space => space.UserId)
            .SingleOrDefaultAsync(cancellationToken);
        if (owner is null)
        {
            return await db.RefuseWorkspaceAsync(id, caller, cancellationToken);
        }

        if (owner == user)
        {
            return ApiError.OwnerStays;
        }

        return await services.Members.SetAsync(id, user, body.Role, services.Time.GetUtcNow(), cancellationToken) is { } since
            ? TypedResults.Ok(new MemberView(user, body.Role, since))
            : ApiError.UserNotFound;
    }

    /// <inheritdoc cref="MemberView"/>
    internal sealed record Body(string? Role);

    internal sealed record Services(TusUploadDb Db, WorkspaceMembers Members, TimeProvider Time);
}
