using TusUpload.Data.Connections;

namespace TusUpload.Server.Api.Users;

/// <summary>GET /users</summary>
internal static class ListUsers
{
    public static async Task<IResult> HandleAsync([AsParameters] PageRequest page, StaleReads reads, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        // By the default workspace's id, which is made with the user and tells when.
        return TypedResults.Ok(await reads.RunAsync(db =>
        {
            var users = below is { } last ? db.Users.Where(user => user.DefaultWorkspaceId < last) : db.Users;
            return users.OrderByDescending(user => user.DefaultWorkspaceId).Select(UserView.Of)
                .ToPageAsync(limit, user => user.DefaultWorkspaceId, cancellationToken);
        }));
    }
}
