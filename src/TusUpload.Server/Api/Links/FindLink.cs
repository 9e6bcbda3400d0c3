using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>GET /links/{id}</summary>
internal static class FindLink
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken) =>
        await db.LinksOf(caller).AsNoTracking().SingleOrDefaultAsync(link => link.Id == id, cancellationToken) is { } link
            ? new Tagged<LinkView>(LinkView.Of(link), link.Version)
            : ApiError.LinkNotFound;
}
