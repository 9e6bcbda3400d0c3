using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Auth.Links;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>DELETE /links/{id}; revoking twice is no error.</summary>
internal static class RevokeLink
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, LinkVisitors visitors, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var found = await db.LinksOf(caller).Where(link => link.Id == id).ExecuteUpdateAsync(
            link => link
                .SetProperty(known => known.Version, known => known.RevokedAt == null ? known.Version + 1 : known.Version)
                .SetProperty(known => known.RevokedAt, known => known.RevokedAt ?? now),
            cancellationToken);
        visitors.Forget(id);
        return found == 0 ? ApiError.LinkNotFound : TypedResults.NoContent();
    }
}
