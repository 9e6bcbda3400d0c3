using System.Globalization;
using System.Security.Claims;

using Microsoft.Extensions.Hosting;

using TusUpload.Data.Secrets;
using TusUpload.Data.Sessions;
using TusUpload.Protocol.Capabilities;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;

namespace TusUpload.Uploads.Capabilities;

/// <summary>
/// Upload tokens: signed with a key that all nodes share, revocable by the upload's row, as long-lived as the upload. The signature is checked
/// without the database; whether the token still counts is asked where an answer can wait (a database that is away must not look like a refusal).
/// </summary>
public sealed class UploadTokens(ServerSecrets secrets, SessionTokens sessions, TimeProvider time) : IUploadTokens, IHostedService
{
    private const string KeyName = "upload-tokens";
    private const string UploadClaim = "upload";
    private const string RevisionClaim = "upload_revision";
    private byte[] _key = [];

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _key = await secrets.EnsureAsync(KeyName, time.GetUtcNow(), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public string Issue(ClaimsPrincipal caller, UploadInfo upload) => new UploadToken(upload.Id, upload.TokenRevision, caller.UserId()!).Sign(_key);

    /// <summary>A token that counts; null when the caller has no such upload, or it has ended.</summary>
    public async ValueTask<string?> IssueAsync(ClaimsPrincipal caller, Guid uploadId, CancellationToken cancellationToken)
    {
        var userId = caller.UserId()!;
        return await sessions.RevisionAsync(uploadId, userId, cancellationToken) is { } revision
            ? new UploadToken(uploadId, revision, userId).Sign(_key)
            : null;
    }

    /// <summary>Revokes all tokens of an upload; false when the caller has no such upload.</summary>
    public Task<bool> RevokeAsync(ClaimsPrincipal caller, Guid uploadId, CancellationToken cancellationToken) =>
        sessions.RevokeAsync(uploadId, caller.UserId()!, cancellationToken);

    /// <summary>Who the bearer is: the owner, of one upload. Null for a token that this server did not sign.</summary>
    /// <param name="scheme">The authentication that asks.</param>
    public ClaimsPrincipal? Read(string token, string scheme) => UploadToken.Read(token, _key) is { } facts
        ? new(new ClaimsIdentity(
            [
                new("sub", facts.UserId),
                new(UploadClaim, facts.UploadId.ToString()),
                new(RevisionClaim, facts.Revision.ToString(CultureInfo.InvariantCulture)),
            ],
            scheme,
            "sub",
            "role"))
        : null;

    /// <summary>The one upload that a bearer may ask for; null for a caller who signed in.</summary>
    public static Guid? UploadOf(ClaimsPrincipal caller) => Guid.TryParse(caller.FindFirstValue(UploadClaim), out var id) ? id : null;

    /// <summary>
    /// True for the bearer of a token that was revoked. Not for one whose upload has ended: that is no secret to its bearer, and the store says it.
    /// </summary>
    public async ValueTask<bool> IsRevokedAsync(ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        UploadOf(caller) is { } id
        && await sessions.RevisionAsync(id, caller.UserId()!, cancellationToken) is { } revision
        && revision.ToString(CultureInfo.InvariantCulture) != caller.FindFirstValue(RevisionClaim);
}
