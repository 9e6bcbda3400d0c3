using System.Security.Claims;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Server.Api.Files;

namespace TusUpload.Server.Api.Archives;

/// <summary>GET /batches/{id}/content: the batch's files that are ready, in the folders that their clients dropped.</summary>
internal static class ReadBatch
{
    public static async Task<IResult> HandleAsync(
        Guid id, ClaimsPrincipal caller, TusUploadDb db, ZipArchives archives, CancellationToken cancellationToken)
    {
        var owner = caller.OwnerId();
        if (!await db.Batches.AnyAsync(batch => batch.Id == id && batch.UserId == owner, cancellationToken))
        {
            return ApiError.BatchNotFound;
        }

        return await archives.OfAsync(
            $"batch-{id}",
            files => files.FilesOf(caller)
                .Where(file => file.BatchId == id && file.ProcessingStatus == FileStatus.Ready)
                .Select(file => new ArchiveFile
                {
                    Id = file.Id,
                    Path = file.RelativePath,
                    FileName = file.FileName,
                    FileSize = file.FileSize,
                    StoragePath = file.StoragePath!,
                    CreatedAt = file.CreatedAt,
                }),
            cancellationToken);
    }
}
