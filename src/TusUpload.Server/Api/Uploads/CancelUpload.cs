using TusUpload.Data;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Uploads;

/// <summary>DELETE /uploads/{id}: what DELETE on the tus address does, so that a running writer lets go first.</summary>
internal static class CancelUpload
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, ITusTerminationStore store, CancellationToken cancellationToken)
    {
        if (await db.FindUploaderAsync(id, caller, Rights.Write, cancellationToken) is not { } uploader)
        {
            return await db.RefuseUploadAsync(id, caller, cancellationToken);
        }

        // As the uploader: a visitor's upload is ended by whose account it counts for as well.
        var asUploader = (caller with { Subject = uploader }).ToPrincipal(nameof(CancelUpload));
        var ended = await store.TerminateAsync(id, asUploader, cancellationToken);
        return ended.Error is { } error ? ApiError.From(error) : TypedResults.NoContent();
    }
}
