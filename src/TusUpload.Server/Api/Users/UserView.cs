using System.Linq.Expressions;

using TusUpload.Data.Users;

namespace TusUpload.Server.Api.Users;

/// <summary>A user as admins see it.</summary>
/// <param name="Id">The subject of its sign-in.</param>
/// <param name="Plan">That its sign-in named last.</param>
/// <param name="StorageLimit">Bytes in all; null is no limit.</param>
/// <param name="HasOwnLimit">The limit was set by hand, and no plan changes it.</param>
/// <param name="StorageUsed">Bytes of files that are ready.</param>
/// <param name="StorageReserved">Bytes held for uploads on their way.</param>
internal sealed record UserView(
    string Id,
    string? Plan,
    long? StorageLimit,
    bool HasOwnLimit,
    long StorageUsed,
    long StorageReserved,
    Guid DefaultWorkspaceId,
    DateTimeOffset CreatedAt)
{
    public static readonly Expression<Func<User, UserView>> Of = user => new UserView(
        user.Id,
        user.Plan,
        user.StorageLimit,
        user.HasOwnLimit,
        user.StorageUsed,
        user.StorageReserved,
        user.DefaultWorkspaceId,
        user.CreatedAt);
}
