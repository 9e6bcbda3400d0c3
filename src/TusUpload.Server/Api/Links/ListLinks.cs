using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>GET /links</summary>
internal static class ListLinks
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, Guid? workspaceId, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        var links = db.LinksOf(caller).AsNoTracking();
        links = workspaceId is { } workspace ? links.Where(link => link.WorkspaceId == workspace) : links;
        links = below is { } last ? links.Where(link => link.Id < last) : links;
        var found = await links.OrderByDescending(link => link.Id).ToPageAsync(limit, link => link.Id, cancellationToken);
        return TypedResults.Ok(new Page<LinkView>([.. found.Items.Select(LinkView.Of)], found.NextCursor));
    }
}
