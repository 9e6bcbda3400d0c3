using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Folders;
using TusUpload.Data.Links;
using TusUpload.Data.Sessions;
using TusUpload.Data.Workspaces;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api;

/// <summary>
/// What is within whose reach, in one place: an account has everything in its workspaces, a member what its role gives, an uploader what it made, the bearer
/// of an upload token that one upload. What is out of reach is answered like what is not there.
/// </summary>
internal static class Reach
{
    /// <summary>Workspaces, not in the trash, where the caller may do all of this.</summary>
    public static IQueryable<Workspace> WorkspacesOf(this TusUploadDb db, Caller caller, Rights needs)
    {
        var (subject, roles) = (caller.Subject, MemberRights.RolesWith(needs));
        return db.Workspaces.Where(space => space.DeletedAt == null
            && (space.UserId == subject || db.Members.Any(member => member.WorkspaceId == space.Id && member.UserId == subject && roles.Contains(member.Role))));
    }

    /// <summary>Links, revoked ones too, into workspaces that the caller manages.</summary>
    public static IQueryable<Link> LinksOf(this TusUploadDb db, Caller caller)
    {
        var spaces = db.WorkspacesOf(caller, Rights.Manage);
        return db.Links.Where(link => spaces.Any(space => space.Id == link.WorkspaceId));
    }

    public static IQueryable<UploadSession> UploadsOf(this TusUploadDb db, Caller caller, Rights needs = Rights.Read)
    {
        var (subject, only, roles) = (caller.Subject, caller.UploadId, MemberRights.RolesWith(needs));
        return db.Sessions.Where(upload => (only == null || upload.Id == only)
            && (upload.UserId == subject || upload.UploaderId == subject
                || db.Members.Any(member => member.WorkspaceId == upload.WorkspaceId && member.UserId == subject && roles.Contains(member.Role))));
    }

    /// <summary>Who made an upload that is within the caller's reach; null when there is none.</summary>
    public static Task<string?> FindUploaderAsync(
        this TusUploadDb db, Guid uploadId, Caller caller, Rights needs, CancellationToken cancellationToken) =>
        db.UploadsOf(caller, needs).Where(upload => upload.Id == uploadId).Select(upload => upload.UploaderId).SingleOrDefaultAsync(cancellationToken);

    /// <summary>Folders that are not in the trash, and neither is their workspace.</summary>
    public static IQueryable<Folder> FoldersOf(this TusUploadDb db, Caller caller, Rights needs = Rights.Read)
    {
        var workspaces = db.WorkspacesOf(caller, needs);
        return db.Folders.Where(folder => folder.DeletedAt == null && workspaces.Any(space => space.Id == folder.WorkspaceId));
    }

    /// <summary>Files that are neither deleted nor, with their folder or workspace, in the trash: anybody's.</summary>
    public static IQueryable<StoredFile> FilesInSight(this TusUploadDb db) => db.Files.Where(file => file.DeletedAt == null
        && !db.Workspaces.Any(space => space.Id == file.WorkspaceId && space.DeletedAt != null)
        && !(file.FolderId != null && db.Folders.Any(folder => folder.Id == file.FolderId && folder.DeletedAt != null)));

    /// <summary>
    /// Files in sight. Who made one may see it, and do no more with it than its role gives; one that is not <see cref="Published"/> is there for its account
    /// and its uploader alone.
    /// </summary>
    public static IQueryable<StoredFile> FilesOf(this TusUploadDb db, Caller caller, Rights needs = Rights.Read)
    {
        var (subject, roles, sees) = (caller.Subject, MemberRights.RolesWith(needs), needs == Rights.Read);
        return db.FilesInSight().Where(file =>
            (file.UserId == subject || (sees && file.UploaderId == subject)
                || (db.Members.Any(member => member.WorkspaceId == file.WorkspaceId && member.UserId == subject && roles.Contains(member.Role))
                    && !db.Batches.Any(batch => batch.Id == file.BatchId && batch.AllOrNothing && batch.Status != BatchStatus.Completed))));
    }

    /// <summary>Without files of batches that are seen as a whole and are not complete: read from the batch, so that all of them appear with its end.</summary>
    public static IQueryable<StoredFile> Published(this IQueryable<StoredFile> files, TusUploadDb db) =>
        files.Where(file => !db.Batches.Any(batch => batch.Id == file.BatchId && batch.AllOrNothing && batch.Status != BatchStatus.Completed));

    public static IQueryable<Batch> BatchesOf(this TusUploadDb db, Caller caller, Rights needs = Rights.Read)
    {
        var (subject, roles) = (caller.Subject, MemberRights.RolesWith(needs));
        return db.Batches.Where(batch => !db.Workspaces.Any(space => space.Id == batch.WorkspaceId && space.DeletedAt != null)
            && (batch.UserId == subject || batch.UploaderId == subject
                || db.Members.Any(member => member.WorkspaceId == batch.WorkspaceId && member.UserId == subject && roles.Contains(member.Role))));
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
        var files = caller.IsUser ? db.FilesInSight().Where(file => file.UserId == subject) : db.FilesInSight().Where(file => file.UploaderId == subject);
        return files.Published(db);
    }

    /// <summary>Whether the caller may see all of a workspace.</summary>
    public static async Task<bool> SeesAsync(this TusUploadDb db, Guid workspaceId, Caller caller, CancellationToken cancellationToken) =>
        caller.IsUser && await db.WorkspacesOf(caller, Rights.Read).AnyAsync(space => space.Id == workspaceId, cancellationToken);

    /// <summary>What of a workspace the caller may not change: it may see it, or it is not there.</summary>
    public static async Task<ApiError> RefuseWorkspaceAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await db.SeesAsync(id, caller, cancellationToken) ? ApiError.Forbidden : ApiError.WorkspaceNotFound;

    /// <inheritdoc cref="RefuseWorkspaceAsync"/>
    public static async Task<ApiError> RefuseFolderAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await db.FoldersOf(caller).AnyAsync(folder => folder.Id == id, cancellationToken) ? ApiError.Forbidden : ApiError.FolderNotFound;

    /// <inheritdoc cref="RefuseWorkspaceAsync"/>
    public static async Task<ApiError> RefuseBatchAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await db.BatchesOf(caller).AnyAsync(batch => batch.Id == id, cancellationToken) ? ApiError.Forbidden : ApiError.BatchNotFound;

    /// <inheritdoc cref="RefuseWorkspaceAsync"/>
    public static async Task<ApiError> RefuseFileAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await db.FilesOf(caller).AnyAsync(file => file.Id == id, cancellationToken) ? ApiError.Forbidden : ApiError.FileNotFound;

    /// <inheritdoc cref="RefuseWorkspaceAsync"/>
    public static async Task<ApiError> RefuseUploadAsync(this TusUploadDb db, Guid id, Caller caller, CancellationToken cancellationToken) =>
        await db.UploadsOf(caller).AnyAsync(upload => upload.Id == id, cancellationToken) ? ApiError.Forbidden : ApiError.UploadNotFound;

    /// <inheritdoc cref="ListUploadsOf"/>
    public static IQueryable<Batch> ListBatchesOf(this TusUploadDb db, Caller caller)
    {
        var subject = caller.Subject;
        return caller.IsUser ? db.Batches.Where(batch => batch.UserId == subject) : db.Batches.Where(batch => batch.UploaderId == subject);
    }
}
