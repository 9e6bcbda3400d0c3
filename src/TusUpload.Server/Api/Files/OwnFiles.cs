using System.Security.Claims;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Files;

namespace TusUpload.Server.Api.Files;

internal static class OwnFiles
{
    /// <summary>The files of the caller that are not deleted.</summary>
    public static IQueryable<StoredFile> FilesOf(this TusUploadDb db, ClaimsPrincipal caller)
    {
        var owner = caller.OwnerId();
        return db.Files.Where(file => file.UserId == owner && file.DeletedAt == null);
    }

    public static Task<FileView?> FindFileAsync(this TusUploadDb db, Guid id, ClaimsPrincipal caller, CancellationToken cancellationToken) =>
        db.FilesOf(caller).Where(file => file.Id == id).Select(FileView.Of).SingleOrDefaultAsync(cancellationToken);
}
