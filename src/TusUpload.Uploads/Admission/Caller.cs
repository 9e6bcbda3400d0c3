using System.Security.Claims;

using Microsoft.AspNetCore.Http;

namespace TusUpload.Uploads.Admission;

/// <summary>Who asks. Every way of signing in ends in one of these, and nothing behind it knows which way that was.</summary>
/// <param name="Subject">
/// Whom its uploads belong to: a user by the subject of its sign-in, a holder of a link by <see cref="OfLink"/>. At most 200 characters.
/// </param>
public sealed record Caller(string Subject, Rights Rights)
{
    private const string LinkPrefix = "link:";

    /// <summary>The link it came by; null for a user.</summary>
    public Guid? LinkId { get; init; }

    /// <summary>Came by a link with nothing but its name: whoever that is, it has not been there before.</summary>
    public bool IsFirstVisit { get; init; }

    /// <summary>The one upload that the bearer of an upload token may ask for; null for whoever signed in.</summary>
    public Guid? UploadId { get; init; }

    /// <summary>Of an upload token: under which it was issued, see <see cref="Data.Sessions.UploadSession.TokenRevision"/>.</summary>
    public int TokenRevision { get; init; }

    /// <summary>The API key it signed in with; null for any other way.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>The plan that its sign-in names; null: none.</summary>
    public string? Plan { get; init; }

    public bool IsUser => LinkId is null;

    /// <summary>Somebody who came by a link.</summary>
    /// <param name="visitor">Tells visitors of one link apart: each sees its own uploads.</param>
    public static Caller OfLink(Guid linkId, Guid visitor) => new($"{LinkPrefix}{linkId:N}:{visitor:N}", Rights.Upload | Rights.Read) { LinkId = linkId };

    /// <summary>The bearer of an upload token: who made the upload, and nothing but that.</summary>
    public static Caller OfUploadToken(string uploaderId, Guid uploadId, int revision) =>
        new(uploaderId, Rights.Upload | Rights.Read) { LinkId = LinkOf(uploaderId), UploadId = uploadId, TokenRevision = revision };

    /// <summary>Whether a sign-in's subject could be taken for a visitor of a link.</summary>
    public static bool IsLikeLink(string subject) => subject.StartsWith(LinkPrefix, StringComparison.Ordinal);

    /// <summary>The link that a subject came by; null for a user's.</summary>
    public static Guid? LinkOf(string subject) =>
        IsLikeLink(subject) && subject.Length == LinkPrefix.Length + 65 && Guid.TryParseExact(subject.AsSpan(LinkPrefix.Length, 32), "N", out var link)
            ? link
            : null;

    /// <summary>For minimal APIs: the caller of a request that passed authorization.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext http) => new(http.User.Caller());

    public ClaimsPrincipal ToPrincipal(string scheme) => new(new CallerIdentity(this, scheme));
}

/// <summary>A caller as ASP.NET Core carries it.</summary>
internal sealed class CallerIdentity(Caller caller, string scheme) : ClaimsIdentity([new Claim("sub", caller.Subject)], scheme, "sub", "role")
{
    public Caller Caller => caller;
}

public static class CallerPrincipal
{
    /// <summary>The caller; null where nobody signed in.</summary>
    public static Caller? FindCaller(this ClaimsPrincipal principal) => (principal.Identity as CallerIdentity)?.Caller;

    /// <summary>The caller of a request that passed authorization.</summary>
    public static Caller Caller(this ClaimsPrincipal principal) =>
        principal.FindCaller() ?? throw new InvalidOperationException("A request without a caller passed authorization.");
}
