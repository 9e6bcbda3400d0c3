using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Usage;

/// <summary>GET /usage: what the caller has stored and on its way, at every level that counts.</summary>
internal static class SeeUsage
{
    public static async Task<IResult> HandleAsync(
        Caller caller, CallerDirectory callers, TusUploadDb db, CancellationToken cancellationToken)
    {
        var owner = caller.Subject;
        await callers.DefaultWorkspaceAsync(caller, cancellationToken);
        var user = await db.Users.Where(user => user.Id == owner)
            .Select(user => new AccountUsage(user.StorageLimit, user.StorageUsed, user.StorageReserved)).SingleAsync(cancellationToken);
        var workspaces = await db.Workspaces
            .Where(space => space.UserId == owner || db.Members.Any(member => member.WorkspaceId == space.Id && member.UserId == owner)).OrderBy(space => space.Id)
            .Select(space => new LevelUsage(space.Id, space.StorageLimit, space.StorageUsed, space.StorageReserved))
            .ToListAsync(cancellationToken);
        var links = await db.Links.Where(link => db.Workspaces.Any(space => space.Id == link.WorkspaceId && space.UserId == owner))
            .OrderBy(link => link.Id)
            .Select(link => new LevelUsage(link.Id, link.StorageLimit, link.StorageUsed, link.StorageReserved))
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(new UsageView(user, workspaces, links));
    }
}
