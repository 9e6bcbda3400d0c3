using System.Text.Json.Serialization;

using TusUpload.Data;
using TusUpload.Data.Users;
using TusUpload.Server.Api.Workspaces.Members;

namespace TusUpload.Server.Api.Users;

/// <summary>PATCH /users/{userId}</summary>
internal static class ChangeUser
{
    public static async Task<IResult> HandleAsync(
        string userId, Body body, UserLimits limits, TusUploadDb db, TimeProvider time, CancellationToken cancellationToken)
    {
        if (body.StorageLimit < 0)
        {
            return ApiError.InvalidStorageLimit;
        }

        userId = MemberRoutes.UserOf(userId);
        return await limits.SetAsync(userId, body.StorageLimit, time.GetUtcNow(), cancellationToken)
            ? await FindUser.ShowAsync(userId, db, cancellationToken)
            : ApiError.UserNotFound;
    }

    /// <param name="StorageLimit">Bytes in all; null is no limit. Must be there.</param>
    internal sealed record Body([property: JsonRequired] long? StorageLimit);
}
