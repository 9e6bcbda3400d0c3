using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces.Members;

/// <summary>GET /workspaces/{id}/members</summary>
internal static class ListMembers
{
    public static async Task<IResult> HandleAsync(
        Guid id, [AsParameters] PageRequest page, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryReadText(out var limit, out var after, out var error))
        {
            return error;
        }

        if (!await db.WorkspacesOf(caller, Rights.Manage).AnyAsync(space => space.Id == id, cancellationToken))
        {
            return await db.RefuseWorkspaceAsync(id, caller, cancellationToken);
        }

        var members = db.Members.Where(member => member.WorkspaceId == id);
        if (after is not null)
        {
            members = members.Where(member => string.Compare(member.UserId, after) > 0);
        }

        return TypedResults.Ok(await members.OrderBy(member => member.UserId).Select(MemberView.Of)
            .ToPageAsync(limit, member => PageRequest.Write(member.UserId), cancellationToken));
    }
}
