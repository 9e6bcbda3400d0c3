using System.Buffers.Binary;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Sessions;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>GET /batches/{id}/files</summary>
internal static class ListBatchFiles
{
    public static async Task<IResult> HandleAsync(
        Guid id, [AsParameters] PageRequest page, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        if (!await db.BatchesOf(caller).AnyAsync(batch => batch.Id == id, cancellationToken))
        {
            return ApiError.BatchNotFound;
        }

        var hasManifest = await db.BatchFiles.AnyAsync(line => line.BatchId == id, cancellationToken);
        var rows = await (hasManifest ? Lines(db, id, below) : Joined(db, id, below)).ToPageAsync(limit, row => row.Cursor(), cancellationToken);
        return TypedResults.Ok(new Page<BatchFileView>([.. rows.Items.Select(row => row.ToView())], rows.NextCursor));
    }

    private static IQueryable<Row> Lines(TusUploadDb db, Guid id, Guid? below)
    {
        var after = below is { } last ? BinaryPrimitives.ReadInt32LittleEndian(last.ToByteArray()) : -1;
        return db.BatchFiles.Where(line => line.BatchId == id && line.Ordinal > after).OrderBy(line => line.Ordinal)
            .Select(line => new Row
            {
                Ordinal = line.Ordinal,
                Name = line.Name,
                Size = line.Size,
                UploadId = line.UploadId,
                Status = db.Sessions.Where(upload => upload.Id == line.UploadId).Select(upload => upload.Status).SingleOrDefault(),
                FileStatus = db.Files.Where(file => file.Id == line.UploadId && file.DeletedAt == null).Select(file => file.ProcessingStatus).SingleOrDefault(),
            });
    }

    private static IQueryable<Row> Joined(TusUploadDb db, Guid id, Guid? below) =>
        db.Sessions.Where(upload => upload.BatchId == id && upload.Status != SessionStatus.Terminated && (below == null || upload.Id < below))
            .OrderByDescending(upload => upload.Id)
            .Select(upload => new Row
            {
                Name = upload.RelativePath ?? upload.FileName,
                Size = upload.TotalSize,
                UploadId = upload.Id,
                Status = upload.Status,
                FileStatus = db.Files.Where(file => file.Id == upload.Id && file.DeletedAt == null).Select(file => file.ProcessingStatus).SingleOrDefault(),
            });

    private sealed class Row
    {
        public int? Ordinal { get; init; }

        public required string Name { get; init; }

        public long? Size { get; init; }

        public Guid? UploadId { get; init; }

        public string? Status { get; init; }

        public string? FileStatus { get; init; }

        /// <summary>A line's place in the form of an id: pages know no other.</summary>
        public Guid Cursor() => Ordinal is { } place ? new Guid(place, 0, 0, new byte[8]) : UploadId!.Value;

        public BatchFileView ToView() => new(Name, Size, State(), UploadId);

        // A session that is received without a file is one whose file was deleted; both rows go a little later.
        private string State() => UploadId is null ? "expected" : FileStatus ?? (Status is null or SessionStatus.Received ? "deleted" : Status);
    }
}
