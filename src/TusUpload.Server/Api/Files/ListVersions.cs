using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>GET /files/{id}/versions: the files of its name in its folder, the one that lists show first.</summary>
internal static class ListVersions
{
    public static async Task<IResult> HandleAsync(
        Guid id, [AsParameters] PageRequest page, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        if (await db.FindRowAsync(id, caller, Rights.Read, cancellationToken) is not { } found)
        {
            return ApiError.FileNotFound;
        }

        var (workspace, folder, name) = (found.WorkspaceId, found.FolderId, found.FileName);
        var versions = db.FilesOf(caller).Where(file => file.WorkspaceId == workspace && file.FolderId == folder && file.FileName == name);
        versions = below is { } last ? versions.Where(file => file.Id < last) : versions;
        return TypedResults.Ok(await versions.OrderByDescending(file => file.Id).Select(FileView.Of).ToPageAsync(limit, file => file.Id, cancellationToken));
    }
}
