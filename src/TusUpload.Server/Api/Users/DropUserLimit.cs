using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Users;
using TusUpload.Server.Api.Workspaces.Members;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Users;

/// <summary>DELETE /users/{userId}/storage-limit; where there is none of its own this is no error.</summary>
internal static class DropUserLimit
{
    public static async Task<IResult> HandleAsync(
        string userId, UserLimits limits, TusUploadDb db, IOptions<AdmissionOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        userId = MemberRoutes.UserOf(userId);
        while (await db.Users.Where(user => user.Id == userId).Select(user => new { user.Plan }).SingleOrDefaultAsync(cancellationToken) is { } found)
        {
            if (await limits.FollowPlanAsync(userId, found.Plan, options.Value.LimitOf(found.Plan), time.GetUtcNow(), cancellationToken))
            {
                return await FindUser.ShowAsync(userId, db, cancellationToken);
            }

            // Its sign-in has named another plan since.
        }

        return ApiError.UserNotFound;
    }
}
