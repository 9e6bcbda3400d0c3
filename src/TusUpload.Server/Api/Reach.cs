using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api;

/// <summary>
/// What is within whose reach, in one place: an account has everything in its workspaces, an uploader what it made, the bearer of an upload token that one
/// upload. What is out of reach is answered like what is not there.
/// </summary>
internal static class Reach
{
    public static IQueryable<UploadSession> UploadsOf(this TusUploadDb db, Caller caller)
    {
        var (subject, only) = (caller.Subject, caller.UploadId);
        return db.Sessions.Where(upload => (upload.UserId == subject || upload.UploaderId == subject) && (only == null || upload.Id == only));
    }

    /// <summary>Who made an upload that is within the caller's reach; null when there is none.</summary>
    public static Task<string?> FindUploaderAsync(this TusUploadDb db, Guid uploadId, Caller caller, CancellationToken cancellationToken) =>
        db.UploadsOf(caller).Where(upload => upload.Id == uploadId).Select(upload => upload.UploaderId).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Files that are not deleted.</summary>
    public static IQueryable<StoredFile> FilesOf(this TusUploadDb db, Caller caller)
    {
        var subject = caller.Subject;
        return db.Files.Where(file => (file.UserId == subject || file.UploaderId == subject) && file.DeletedAt == null);
    }

    public static IQueryable<Batch> BatchesOf(this TusUploadDb db, Caller caller)
    {
        var subject = caller.Subject;
        return db.Batches.Where(batch => batch.UserId == subject || batch.UploaderId == subject);
    }

    /// <summary>What a list shows: of an account its own, of a visitor what it made. One comparison, so that one index gives it in order.</summary>
    public static IQueryable<UploadSession> ListUploadsOf(this TusUploadDb db, Caller caller)
    {
        var subject = caller.Subject;
        return caller.IsUser ? db.Sessions.Where(upload => upload.UserId == subject) : db.Sessions.Where(upload => upload.UploaderId == subject);
    }

    /// <inheritdoc cref="ListUploadsOf"/>
    public static IQueryable<StoredFile> ListFilesOf(this TusUploadDb db, Caller caller)
    {
        var subject = caller.Subject;
        var files = caller.IsUser ? db.Files.Where(file => file.UserId == subject) : db.Files.Where(file => file.UploaderId == subject);
        return files.Where(file => file.DeletedAt == null);
    }

    /// <inheritdoc cref="ListUploadsOf"/>
    public static IQueryable<Batch> ListBatchesOf(this TusUploadDb db, Caller caller)
    {
        var subject = caller.Subject;
        return caller.IsUser ? db.Batches.Where(batch => batch.UserId == subject) : db.Batches.Where(batch => batch.UploaderId == subject);
    }
}
