using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Server.Api.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Folders;

/// <summary>GET /folders/{id}</summary>
internal static class FindFolder
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (await db.FoldersOf(caller).Where(folder => folder.Id == id).Select(FolderView.Of).SingleOrDefaultAsync(cancellationToken) is not { } found)
        {
            return ApiError.FolderNotFound;
        }

        var contents = await db.Files.Where(file => file.FolderId == id && file.DeletedAt == null).Published(db).Current(db)
            .GroupBy(_ => 1).Select(files => new { Files = files.Count(), Bytes = files.Sum(file => file.FileSize) }).SingleOrDefaultAsync(cancellationToken);
        return new Tagged<FolderView>(found with { Files = contents?.Files ?? 0, Bytes = contents?.Bytes ?? 0 }, found.Version);
    }
}
