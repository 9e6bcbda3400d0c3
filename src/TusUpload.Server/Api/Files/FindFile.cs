using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>GET /files/{id}</summary>
internal static class FindFile
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken) =>
        await db.FindFileAsync(id, caller, cancellationToken) is { } file ? new Tagged<FileView>(file, file.Version) : ApiError.FileNotFound;
}
