using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Server.Api.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Archives;

/// <summary>GET /folders/{id}/content: the folder's files that are ready, and those of the folders below it.</summary>
internal static class ReadFolder
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, ZipArchives archives, CancellationToken cancellationToken)
    {
        var top = await db.FoldersOf(caller).Where(folder => folder.Id == id).SingleOrDefaultAsync(cancellationToken);
        if (top is null)
        {
            return ApiError.FolderNotFound;
        }

#pragma warning disable CA1845 // Not run here: it becomes SQL.
        var (workspace, above, below) = (top.WorkspaceId, top.Path.Length, top.Path + "/");
        return await archives.OfAsync(
            top.Path[(top.Path.LastIndexOf('/') + 1)..],
            files => files.Files.Published(files)
                .Where(file => file.WorkspaceId == workspace && file.DeletedAt == null && file.ProcessingStatus == FileStatus.Ready)
                .Current(files)
                .Join(
                    files.Folders.Where(folder => folder.WorkspaceId == workspace && folder.DeletedAt == null && (folder.Id == id || folder.Path.StartsWith(below))),
                    file => file.FolderId,
                    folder => folder.Id,
                    (file, folder) => new ArchiveFile
                    {
                        Id = file.Id,
                        Path = folder.Path.Substring(above) + "/" + file.FileName,
                        FileName = file.FileName,
                        FileSize = file.FileSize,
                        StoragePath = file.StoragePath!,
                        CreatedAt = file.CreatedAt,
                    }),
            cancellationToken);
#pragma warning restore CA1845
    }
}
