using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Users;

internal static class UserRoutes
{
    public static void MapUsers(this IEndpointRouteBuilder api)
    {
        var users = api.MapGroup("/users").WithTags("users");
        users.MapGet("", ListUsers.HandleAsync)
            .WithSummary("Lists all users, newest first.")
            .Produces<Page<UserView>>()
            .ProducesProblem(400)
            .For(Access.SeeUsers);
        users.MapGet("/{userId}", FindUser.HandleAsync)
            .WithSummary("Shows a user: the limit of its storage, and what it has.")
            .Produces<UserView>()
            .ProducesProblem(404)
            .For(Access.SeeUsers);
        users.MapPatch("/{userId}", ChangeUser.HandleAsync)
            .WithSummary("Gives a user a storage limit of its own, which no plan changes; null is no limit. A lower one ends nothing that is there.")
            .Produces<UserView>()
            .ProducesProblem(400)
            .ProducesProblem(404)
            .For(Access.ChangeUser);
        users.MapDelete("/{userId}/storage-limit", DropUserLimit.HandleAsync)
            .WithSummary("Takes a user's own storage limit away: that of its plan holds again.")
            .Produces<UserView>()
            .ProducesProblem(404)
            .For(Access.DropUserLimit);
    }
}
