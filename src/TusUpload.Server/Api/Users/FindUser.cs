using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Api.Workspaces.Members;

namespace TusUpload.Server.Api.Users;

/// <summary>GET /users/{userId}</summary>
internal static class FindUser
{
    public static Task<IResult> HandleAsync(string userId, TusUploadDb db, CancellationToken cancellationToken) =>
        ShowAsync(MemberRoutes.UserOf(userId), db, cancellationToken);

    internal static async Task<IResult> ShowAsync(string userId, TusUploadDb db, CancellationToken cancellationToken) =>
        await db.Users.Where(user => user.Id == userId).Select(UserView.Of).SingleOrDefaultAsync(cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : ApiError.UserNotFound;
}
