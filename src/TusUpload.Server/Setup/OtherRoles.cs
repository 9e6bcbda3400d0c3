using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Events;
using TusUpload.Server.Api;

namespace TusUpload.Server.Setup;

/// <summary>
/// Answers for what processes of other roles do: never as if it were not there. A request that a balancer sent here by mistake may be tried again,
/// and to HEAD of an upload, where 404 would make the client start from zero, it is 423.
/// </summary>
internal static class OtherRoles
{
    private static readonly TusError NotHere =
        new(503, "other_role", "This process does not answer that; one with another of the Roles does.") { RetryAfter = 1 };

    /// <summary>For the tus endpoints, in the place of their authorization.</summary>
    public static Task RefuseAsync(AuthorizeContext context)
    {
        context.FailRequest(NotHere);
        return Task.CompletedTask;
    }

    /// <summary>For every address below <paramref name="path"/> and itself, whoever asks.</summary>
    public static void MapOtherRole(this IEndpointRouteBuilder endpoints, string path) =>
        endpoints.Map(path + "/{**rest}", ApiError.From(NotHere).ExecuteAsync).AllowAnonymous().ExcludeFromDescription();
}
