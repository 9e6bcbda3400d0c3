using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Auth.ApiKeys;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Keys;

/// <summary>DELETE /api-keys/{id}: the caller's own; who administers the server revokes anybody's. Revoking twice is no error.</summary>
internal static class RevokeKey
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, ApiKeyCallers callers, TimeProvider time, CancellationToken cancellationToken)
    {
        var (owner, isAnybodys, now) = (caller.Subject, caller.Rights.HasFlag(Rights.Administer), time.GetUtcNow());
        var found = await db.ApiKeys.Where(key => key.Id == id && (isAnybodys || key.UserId == owner))
            .ExecuteUpdateAsync(key => key.SetProperty(known => known.RevokedAt, known => known.RevokedAt ?? now), cancellationToken);
        callers.Forget(id);
        return found == 0 ? ApiError.ApiKeyNotFound : TypedResults.NoContent();
    }
}
