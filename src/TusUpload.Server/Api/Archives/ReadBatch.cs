using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
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
        var found = await db.BatchesOf(caller).Where(batch => batch.Id == id)
            .Select(batch => new { IsPublished = !batch.AllOrNothing || batch.Status == BatchStatus.Completed }).SingleOrDefaultAsync(cancellationToken);
        if (found is not { IsPublished: true })
        {
            return found is null ? ApiError.BatchNotFound : ApiError.FileNotPublished;
        }

        return await archives.OfAsync(
            $"batch-{id}",
            files => files.FilesOf(caller).Published(files)
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
