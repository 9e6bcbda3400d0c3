using TusUpload.Server.Api.Idempotency;
using TusUpload.Server.Auth;

namespace TusUpload.Server.Api.Keys;

internal static class KeyRoutes
{
    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        var keys = api.MapGroup("/api-keys").WithTags("api-keys");
        keys.MapPost("", CreateKey.HandleAsync)
            .WithSummary("Makes an API key; its secret is shown here once.")
            .Creates(keepsBody: false)
            .Produces<CreateKey.Made>(201)
            .ProducesProblem(400)
            .ProducesProblem(403)
            .For(Access.MakeKey);
        keys.MapGet("", ListKeys.HandleAsync)
            .WithSummary("Lists the caller's API keys, newest first, revoked and expired ones too.")
            .Produces<Page<KeyView>>()
            .ProducesProblem(400)
            .For(Access.SeeKeys);
        keys.MapDelete("/{id:guid}", RevokeKey.HandleAsync)
            .WithSummary("Revokes an API key of the caller's, or anybody's where the caller administers the server; it may count for five seconds more.")
            .Produces(204)
            .ProducesProblem(404)
            .For(Access.RevokeKey);
    }
}
