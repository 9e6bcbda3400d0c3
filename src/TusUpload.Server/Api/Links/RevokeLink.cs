using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Auth.Links;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>DELETE /links/{id}; revoking twice is no error.</summary>
internal static class RevokeLink
{
    public static async Task<IResult> HandleAsync(
        Guid id, IfMatch ifMatch, Caller caller, TusUploadDb db, LinkVisitors visitors, TimeProvider time, CancellationToken cancellationToken)
    {
        var (version, now) = (ifMatch.Version, time.GetUtcNow());
        var found = await db.LinksOf(caller).Where(link => link.Id == id && (version == null || link.Version == version)).ExecuteUpdateAsync(
            link => link
                .SetProperty(known => known.Version, known => known.RevokedAt == null ? known.Version + 1 : known.Version)
                .SetProperty(known => known.RevokedAt, known => known.RevokedAt ?? now),
            cancellationToken);
        visitors.Forget(id);
        return found > 0 ? TypedResults.NoContent()
            : version is not null && await db.LinksOf(caller).AnyAsync(link => link.Id == id, cancellationToken) ? ApiError.PreconditionFailed
            : ApiError.LinkNotFound;
    }
}
