using System.Security.Claims;

using TusUpload.Protocol.Stores;

namespace TusUpload.Server.Api.Uploads;

/// <summary>DELETE /uploads/{id}: what DELETE on the tus address does, so that a running writer lets go first.</summary>
internal static class CancelUpload
{
    public static async Task<IResult> HandleAsync(
        Guid id, ClaimsPrincipal caller, ITusTerminationStore store, CancellationToken cancellationToken)
    {
        var ended = await store.TerminateAsync(id, caller, cancellationToken);
        return ended.Error is { } error ? ApiError.From(error) : TypedResults.NoContent();
    }
}
