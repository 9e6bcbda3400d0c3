using TusUpload.Data;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>GET and HEAD /files/{id}/content</summary>
internal static class ReadContent
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, IObjectStorage storage, CancellationToken cancellationToken) =>
        await FileContent.ReadAsync(await db.FindFileAsync(id, caller, cancellationToken), storage, cancellationToken);
}
