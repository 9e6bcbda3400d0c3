using TusUpload.Data;
using TusUpload.Uploads.Admission;
using TusUpload.Uploads.Capabilities;

namespace TusUpload.Server.Api.Uploads;

/// <summary>/uploads/{id}/token: what lets its bearer go on with one upload when the sign-in has run out.</summary>
internal static class UploadTokenRoutes
{
    public static async Task<IResult> IssueAsync(Guid id, Caller caller, TusUploadDb db, UploadTokens tokens, CancellationToken cancellationToken) =>
        await db.FindUploaderAsync(id, caller, Rights.Manage, cancellationToken) is not { } uploader ? await db.RefuseUploadAsync(id, caller, cancellationToken)
        : await tokens.IssueAsync(uploader, id, cancellationToken) is { } token ? TypedResults.Ok(new Issued(token))
        : ApiError.UploadNotFound;

    public static async Task<IResult> RevokeAsync(Guid id, Caller caller, TusUploadDb db, UploadTokens tokens, CancellationToken cancellationToken) =>
        await db.FindUploaderAsync(id, caller, Rights.Manage, cancellationToken) is not { } uploader ? await db.RefuseUploadAsync(id, caller, cancellationToken)
        : await tokens.RevokeAsync(uploader, id, cancellationToken) ? TypedResults.NoContent()
        : ApiError.UploadNotFound;

    /// <param name="Token">Goes into the header Upload-Token, or as <c>token</c> into the query of the upload's address.</param>
    internal sealed record Issued(string Token);
}
