using Microsoft.EntityFrameworkCore;

using TusUpload.Data;

namespace TusUpload.Server.Api.Users;

/// <summary>GET /users/{userId}</summary>
internal static class FindUser
{
    public static async Task<IResult> HandleAsync(string userId, TusUploadDb db, CancellationToken cancellationToken) =>
        await db.Users.Where(user => user.Id == userId).Select(UserView.Of).SingleOrDefaultAsync(cancellationToken) is { } user
            ? TypedResults.Ok(user)
            : ApiError.UserNotFound;
}
