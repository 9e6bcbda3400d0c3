using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>POST /batches</summary>
internal static class CreateBatch
{
    public static async Task<IResult> HandleAsync(
        Body? body, Caller caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (body?.ExpectedFiles is < 1)
        {
            return ApiError.InvalidExpectedFiles;
        }

        var found = await services.Places.FindAsync(caller, body?.WorkspaceId, link: null, cancellationToken);
        if (found.Value is not { } place)
        {
            return ApiError.From(found.Error!);
        }

        if (caller.IsUser && !await services.Db.WorkspacesOf(caller, Rights.Upload).AnyAsync(space => space.Id == place.WorkspaceId, cancellationToken))
        {
            return await services.Db.RefuseWorkspaceAsync(place.WorkspaceId, caller, cancellationToken);
        }

        var batch = new Batch
        {
            Id = Guid.CreateVersion7(),
            UserId = place.UserId,
            UploaderId = caller.Subject,
            WorkspaceId = place.WorkspaceId,
            Status = BatchStatus.Open,
            ExpectedFiles = body?.ExpectedFiles,
            CreatedAt = services.Time.GetUtcNow(),
        };
        services.Db.Batches.Add(batch);
        await services.Db.SaveChangesAsync(cancellationToken);
        return TypedResults.Created(
            $"/api/v1/batches/{batch.Id}", new BatchView(batch.Id, batch.Status, batch.ExpectedFiles ?? 0, 0, 0, 0));
    }

    /// <param name="ExpectedFiles">How many files will join; without it the batch is closed by sealing it.</param>
    /// <param name="WorkspaceId">Default: the caller's default workspace.</param>
    internal sealed record Body(int? ExpectedFiles, Guid? WorkspaceId);

    internal sealed record Services(TusUploadDb Db, UploadPlaces Places, TimeProvider Time);
}
