using TusUpload.Data;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>GET and HEAD /files/{id}/content</summary>
internal static class ReadContent
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, IObjectStorage storage, CancellationToken cancellationToken)
    {
        var file = await db.FindFileAsync(id, caller, cancellationToken);
        return file is null || await db.IsPublishedAsync(file, cancellationToken)
            ? await FileContent.ReadAsync(file, storage, cancellationToken)
            : ApiError.FileNotPublished;
    }
}
