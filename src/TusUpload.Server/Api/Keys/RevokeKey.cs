using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Auth.ApiKeys;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Keys;

/// <summary>DELETE /api-keys/{id}; revoking twice is no error.</summary>
internal static class RevokeKey
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, ApiKeyCallers callers, TimeProvider time, CancellationToken cancellationToken)
    {
        var (owner, now) = (caller.Subject, time.GetUtcNow());
        var found = await db.ApiKeys.Where(key => key.Id == id && key.UserId == owner)
            .ExecuteUpdateAsync(key => key.SetProperty(known => known.RevokedAt, known => known.RevokedAt ?? now), cancellationToken);
        callers.Forget(id);
        return found == 0 ? ApiError.ApiKeyNotFound : TypedResults.NoContent();
    }
}
