using TusUpload.Server.Api;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Auth.Links;

/// <summary>Who comes by a link, or why nobody does.</summary>
internal sealed class LinkSignIn(LinkTokens tokens, LinkVisitors visitors, UploadPlaces places)
{
    /// <summary>
    /// The bearer of a link token. A link that has expired lets it in, for what was begun; what is new is refused where it is made.
    /// </summary>
    public async ValueTask<(Caller? Caller, ApiError? Refusal)> ReadAsync(string text, CancellationToken cancellationToken)
    {
        if (tokens.Read(text) is not { } token || await visitors.FindAsync(token.LinkId, cancellationToken) is not { } link)
        {
            return (null, ApiError.InvalidToken);
        }

        return link.RevokedAt is not null ? (null, ApiError.LinkRevoked)
            : tokens.IsGood(token, link) ? (Caller.OfLink(link.Id, token.Visitor), null)
            : (null, ApiError.TokenExpired);
    }

    /// <summary>Somebody who knows the link and brings nothing.</summary>
    public async ValueTask<(Caller? Caller, ApiError? Refusal)> VisitAsync(string name, CancellationToken cancellationToken)
    {
        var link = await places.FindLinkAsync(name, cancellationToken) is { } id ? await visitors.FindAsync(id, cancellationToken) : null;
        return link is not { RevokedAt: null } ? (null, ApiError.LinkNotFound)
            : link.PasswordHash is not null ? (null, ApiError.LinkPasswordRequired)
            : (Caller.OfLink(link.Id, Guid.CreateVersion7()) with { IsFirstVisit = true }, null);
    }
}
