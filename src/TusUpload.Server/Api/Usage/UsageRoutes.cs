using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Auth;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Usage;

/// <summary>GET /usage: what the caller has stored and on its way, at every level that counts.</summary>
internal static class UsageRoutes
{
    public static void MapUsage(this IEndpointRouteBuilder api) =>
        api.MapGet("/usage", HandleAsync)
            .WithTags("usage")
            .WithSummary("Shows limits, used and reserved bytes of the caller, its workspaces, those that it is a member of, and the links of its own.")
            .Produces<UsageView>()
            .For(Access.SeeUsage);

    private static async Task<IResult> HandleAsync(
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

internal sealed record UsageView(AccountUsage User, IReadOnlyList<LevelUsage> Workspaces, IReadOnlyList<LevelUsage> Links);

/// <param name="Limit">Bytes in all; null is no limit.</param>
/// <param name="Used">Bytes of files that are ready.</param>
/// <param name="Reserved">Bytes held for uploads on their way.</param>
internal sealed record AccountUsage(long? Limit, long Used, long Reserved);

/// <inheritdoc cref="AccountUsage"/>
internal sealed record LevelUsage(Guid Id, long? Limit, long Used, long Reserved);
