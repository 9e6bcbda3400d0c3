using TusUpload.Data;
using TusUpload.Data.Files;

namespace TusUpload.Server.Api.Files;

internal static class CurrentFiles
{
    /// <summary>
    /// Without those whose place a newer one has taken: see <see cref="StoredFile.Replaces"/>. They are reached by their ids, and as versions. One that is not
    /// <see cref="Reach.Published"/> has taken nobody's place yet.
    /// </summary>
    public static IQueryable<StoredFile> Current(this IQueryable<StoredFile> files, TusUploadDb db) => files.Where(file => !db.Files.Published(db).Any(newer =>
        newer.Replaces && newer.ProcessingStatus == FileStatus.Ready && newer.DeletedAt == null
        && newer.WorkspaceId == file.WorkspaceId && newer.FileName == file.FileName && newer.FolderId == file.FolderId && newer.Id > file.Id));
}
