using System.Security.Claims;

using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Batches;

/// <summary>POST /batches</summary>
internal static class CreateBatch
{
    public static async Task<IResult> HandleAsync(
        Body? body, ClaimsPrincipal caller, [AsParameters] Services services, CancellationToken cancellationToken)
    {
        if (body?.ExpectedFiles is < 1)
        {
            return ApiError.InvalidExpectedFiles;
        }

        var owner = caller.OwnerId();
        var workspace = await services.Callers.DefaultWorkspaceAsync(owner, cancellationToken);
        if (body?.WorkspaceId is { } chosen && chosen != workspace)
        {
            if (!await services.Db.Workspaces.AnyAsync(space => space.Id == chosen && space.UserId == owner, cancellationToken))
            {
                return ApiError.WorkspaceNotFound;
            }

            workspace = chosen;
        }

        var batch = new Batch
        {
            Id = Guid.CreateVersion7(),
            UserId = owner,
            WorkspaceId = workspace,
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

    internal sealed record Services(TusUploadDb Db, CallerDirectory Callers, TimeProvider Time);
}
