using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Files;
using TusUpload.Server.Api.Files;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Archives;

/// <summary>GET /batches/{id}/content: the batch's files that are ready, in the folders that their clients dropped.</summary>
internal static class ReadBatch
{
    public static async Task<IResult> HandleAsync(
        Guid id, Caller caller, TusUploadDb db, ZipArchives archives, CancellationToken cancellationToken)
    {
        if (!await db.BatchesOf(caller).AnyAsync(batch => batch.Id == id, cancellationToken))
        {
            return ApiError.BatchNotFound;
        }

        return await archives.OfAsync(
            $"batch-{id}",
            files => files.FilesOf(caller)
                .Where(file => file.BatchId == id && file.ProcessingStatus == FileStatus.Ready)
                .Current(files)
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
