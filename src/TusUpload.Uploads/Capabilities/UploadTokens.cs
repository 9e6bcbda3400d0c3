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
    private byte[] _key = [];

    public async Task StartAsync(CancellationToken cancellationToken) =>
        _key = await secrets.EnsureAsync(KeyName, time.GetUtcNow(), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public string Issue(ClaimsPrincipal caller, UploadInfo upload) => new UploadToken(upload.Id, upload.TokenRevision, caller.Caller().Subject).Sign(_key);

    /// <summary>A token that counts; null when this uploader has no such upload, or it has ended.</summary>
    public async ValueTask<string?> IssueAsync(string uploaderId, Guid uploadId, CancellationToken cancellationToken) =>
        await sessions.RevisionAsync(uploadId, uploaderId, cancellationToken) is { } revision
            ? new UploadToken(uploadId, revision, uploaderId).Sign(_key)
            : null;

    /// <summary>Revokes all tokens of an upload; false when this uploader has no such upload.</summary>
    public Task<bool> RevokeAsync(string uploaderId, Guid uploadId, CancellationToken cancellationToken) =>
        sessions.RevokeAsync(uploadId, uploaderId, cancellationToken);

    /// <summary>Who the bearer is. Null for a token that this server did not sign.</summary>
    public Caller? Read(string token) =>
        UploadToken.Read(token, _key) is { } facts ? Caller.OfUploadToken(facts.UploaderId, facts.UploadId, facts.Revision) : null;

    /// <summary>
    /// True for the bearer of a token that was revoked. Not for one whose upload has ended: that is no secret to its bearer, and the store says it.
    /// </summary>
    public async ValueTask<bool> IsRevokedAsync(Caller caller, CancellationToken cancellationToken) =>
        caller.UploadId is { } id
        && await sessions.RevisionAsync(id, caller.Subject, cancellationToken) is { } revision
        && revision != caller.TokenRevision;
}
