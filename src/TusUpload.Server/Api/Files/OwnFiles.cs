using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

internal static class OwnFiles
{
    /// <summary>A file within the caller's reach.</summary>
    public static Task<FileView?> FindFileAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        db.FilesOf(caller).Where(file => file.Id == id).Select(FileView.Of).SingleOrDefaultAsync(cancellationToken);

    /// <summary>The account and the place of a file with which the caller may do this.</summary>
    public static Task<FileRow?> FindRowAsync(this TusUploadDb db, Guid id, Caller caller, Rights needs, CancellationToken cancellationToken) =>
        db.FilesOf(caller, needs).Where(file => file.Id == id)
            .Select(file => new FileRow(file.UserId, file.WorkspaceId, file.FolderId, file.FileName, file.Version)).SingleOrDefaultAsync(cancellationToken);

    /// <summary>False: its content is nobody's yet, see <see cref="Reach.Published"/>.</summary>
    public static async Task<bool> IsPublishedAsync(this TusUploadDb db, FileView file, CancellationToken cancellationToken) =>
        file.BatchId is null || await db.Files.Where(one => one.Id == file.Id).Published(db).AnyAsync(cancellationToken);
}

/// <param name="UserId">The account: statements that change a file ask for it.</param>
internal sealed record FileRow(string UserId, Guid WorkspaceId, Guid? FolderId, string FileName, int Version);
