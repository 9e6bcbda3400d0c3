using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

internal static class OwnFiles
{
    /// <summary>A file within the caller's reach.</summary>
    public static Task<FileView?> FindFileAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        db.FilesOf(caller).Where(file => file.Id == id).Select(FileView.Of).SingleOrDefaultAsync(cancellationToken);

    /// <summary>False: its content is nobody's yet, see <see cref="Reach.Published"/>.</summary>
    public static async Task<bool> IsPublishedAsync(this TusUploadDb db, FileView file, CancellationToken cancellationToken) =>
        file.BatchId is null || await db.Files.Where(one => one.Id == file.Id).Published(db).AnyAsync(cancellationToken);
}
