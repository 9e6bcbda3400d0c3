using System.Collections.Frozen;

using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Connections;
using TusUpload.Data.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Files;

/// <summary>GET /files</summary>
internal static class ListFiles
{
    private static readonly FrozenSet<string> Statuses = FrozenSet.Create(
        FileStatus.Received,
        FileStatus.Verifying,
        FileStatus.Scanning,
        FileStatus.Storing,
        FileStatus.Ready,
        FileStatus.Rejected,
        FileStatus.Failed);

    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page,
        [AsParameters] Filter filter,
        Caller caller,
        StaleReads reads,
        CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        if (filter.Status is { } status && !Statuses.Contains(status))
        {
            return ApiError.InvalidStatus;
        }

        if (filter.Name?.Contains('\0', StringComparison.Ordinal) == true)
        {
            // Postgres has no such text.
            return ApiError.InvalidRequest;
        }

        if (!filter.HasFolder)
        {
            return ApiError.InvalidRequest;
        }

        return TypedResults.Ok(await reads.RunAsync(async db =>
        {
            var files = filter.Narrow(await WithinAsync(db, filter, caller, cancellationToken)).Current(db);
            if (below is { } last)
            {
                files = files.Where(file => file.Id < last);
            }

            return await files.OrderByDescending(file => file.Id).Select(FileView.Of).ToPageAsync(limit, file => file.Id, cancellationToken);
        }));
    }

    /// <summary>All of a workspace or folder that the caller may see; else what is its own.</summary>
    private static async Task<IQueryable<StoredFile>> WithinAsync(TusUploadDb db, Filter filter, Caller caller, CancellationToken cancellationToken)
    {
        var (workspace, folder) = (filter.WorkspaceId, filter.Folder);
        if (workspace is null && folder is not null)
        {
            workspace = await db.FoldersOf(caller).Where(known => known.Id == folder).Select(known => (Guid?)known.WorkspaceId)
                .SingleOrDefaultAsync(cancellationToken);
        }

        return workspace is { } within && await db.SeesAsync(within, caller, cancellationToken)
            ? db.FilesInSight().Where(file => file.WorkspaceId == within).Published(db)
            : db.ListFilesOf(caller);
    }

    /// <param name="FolderId">A folder's id, or <c>root</c>: files that are in none.</param>
    /// <param name="Name">Files whose name contains this, whatever the case.</param>
    /// <param name="CreatedAfter">Files whose last byte was in after this.</param>
    /// <param name="CreatedBefore">Files whose last byte was in before this.</param>
    internal sealed record Filter(
        [FromQuery(Name = "status")] string? Status,
        [FromQuery(Name = "workspaceId")] Guid? WorkspaceId,
        [FromQuery(Name = "folderId")] string? FolderId,
        [FromQuery(Name = "linkId")] Guid? LinkId,
        [FromQuery(Name = "batchId")] Guid? BatchId,
        [FromQuery(Name = "name")] string? Name,
        [FromQuery(Name = "createdAfter")] DateTimeOffset? CreatedAfter,
        [FromQuery(Name = "createdBefore")] DateTimeOffset? CreatedBefore)
    {
        private const string Root = "root";

        /// <summary>False: what stands there is none.</summary>
        public bool HasFolder => FolderId is null or Root || Folder is not null;

        public Guid? Folder => Guid.TryParse(FolderId, out var folder) ? folder : null;

        public IQueryable<StoredFile> Narrow(IQueryable<StoredFile> files)
        {
            files = Status is { } status ? files.Where(file => file.ProcessingStatus == status) : files;
            files = WorkspaceId is { } workspace ? files.Where(file => file.WorkspaceId == workspace) : files;
            files = Folder is { } folder ? files.Where(file => file.FolderId == folder) : files;
            files = FolderId == Root ? files.Where(file => file.FolderId == null) : files;
            files = LinkId is { } link ? files.Where(file => file.LinkId == link) : files;
            files = BatchId is { } batch ? files.Where(file => file.BatchId == batch) : files;
            files = CreatedAfter?.ToUniversalTime() is { } after ? files.Where(file => file.CreatedAt > after) : files;
            files = CreatedBefore?.ToUniversalTime() is { } before ? files.Where(file => file.CreatedAt < before) : files;
            if (Name is { Length: > 0 } name)
            {
                var pattern = $"%{Escape(name)}%";
                files = files.Where(file => EF.Functions.ILike(file.FileName, pattern, @"\"));
            }

            return files;
        }

        private static string Escape(string name) => name
            .Replace(@"\", @"\\", StringComparison.Ordinal)
            .Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
    }
}
