using Microsoft.Extensions.Options;

using TusUpload.Data.Links;
using TusUpload.Protocol;
using TusUpload.Server.Audit;
using TusUpload.Server.Auth.Links;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Links;

/// <summary>
/// POST /links/{slug}/session: lets a visitor in. 1 the link, 2 who it is, if it was there before, 3 the password, 4 the use, 5 the token. Dying after the
/// use was counted costs the link one: its visitor comes again as another.
/// </summary>
internal static class VisitLink
{
    public static async Task<IResult> HandleAsync(
        string slug, Body? body, HttpContext http, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        http.Response.Headers.CacheControl = "no-store";

        // 1.
        var link = UploadPlaces.IsSlug(slug) ? await services.Links.FindAsync(slug, cancellationToken) : null;
        if (link is not { RevokedAt: null })
        {
            await services.Passwords.PretendAsync(cancellationToken);
            return ApiError.LinkNotFound;
        }

        http.Features.Set(new AuditedSubject(link.Id));
        var now = services.Time.GetUtcNow();
        if (link.ExpiresAt <= now)
        {
            return ApiError.ShareLinkExpired;
        }

        // 2.
        var known = body?.Visitor is { } brought ? services.Tokens.Read(brought) : null;
        if (body?.Visitor is not null && (known is null || known.LinkId != link.Id || !services.Tokens.IsRemembered(known)))
        {
            return ApiError.InvalidVisitor;
        }

        // 3. and 4.
        var isIn = link.PasswordHash is null || (known is not null && services.Tokens.IsGood(known, link));
        var refusal = isIn
            ? null
            : await services.Door.RefuseAsync(link.Id, link.PasswordHash!, body?.Password, http.Connection.RemoteIpAddress, cancellationToken);
        if (refusal is null && known is null && !await services.Links.CountVisitAsync(link.Id, now, cancellationToken))
        {
            refusal = ApiError.LinkUsesExceeded;
        }

        if (refusal is not null)
        {
            return refusal;
        }

        // 5.
        var visitor = known?.Visitor ?? Guid.CreateVersion7();
        var (token, expiresAt) = services.Tokens.Issue(link, visitor);
        http.User = Caller.OfLink(link.Id, visitor).ToPrincipal(LinkAuthentication.Name);
        var tus = services.Tus.Value;
        return TypedResults.Ok(new Visit(token, expiresAt, OwnAddress.Of(http.Request, tus) + tus.Path, PublicLinkView.Of(link, tus)));
    }

    /// <param name="Password">The link's, where it has one.</param>
    /// <param name="Visitor">
    /// A token of the same link: its visitor comes again, sees what it uploaded before, and does not count as another. While that token is good no password
    /// is asked for.
    /// </param>
    internal sealed record Body(string? Password, string? Visitor);

    /// <param name="Token">Brought as Authorization: Bearer.</param>
    /// <param name="UploadUrl">Where uploads are made, absolute.</param>
    internal sealed record Visit(string Token, DateTimeOffset ExpiresAt, string UploadUrl, PublicLinkView Link);

    internal sealed record Services(
        LinkDirectory Links, LinkTokens Tokens, LinkPasswords Passwords, LinkDoor Door, IOptions<TusOptions> Tus, TimeProvider Time);
}
