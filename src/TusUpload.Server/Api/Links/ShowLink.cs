using Microsoft.Extensions.Options;

using TusUpload.Data.Links;
using TusUpload.Protocol;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>GET /links/{slug}/public: what a page needs to take uploads through a link. One that was revoked is not there.</summary>
internal static class ShowLink
{
    public static async Task<IResult> HandleAsync(
        string slug, HttpContext http, LinkDirectory links, IOptions<TusOptions> tus, TimeProvider time, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";
        return (UploadPlaces.IsSlug(slug) ? await links.FindAsync(slug, cancellationToken) : null) switch
        {
            null or { RevokedAt: not null } => ApiError.LinkNotFound,
            { ExpiresAt: { } end } when end <= time.GetUtcNow() => ApiError.ShareLinkExpired,
            var link => TypedResults.Ok(PublicLinkView.Of(link, tus.Value)),
        };
    }
}
