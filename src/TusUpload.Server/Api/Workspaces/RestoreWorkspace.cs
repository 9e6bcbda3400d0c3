using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>POST /workspaces/{id}/restore; one that is not in the trash stays as it is.</summary>
internal static class RestoreWorkspace
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var owner = caller.Subject;
        await db.Workspaces.Where(space => space.Id == id && space.UserId == owner && space.DeletedAt > DateTimeOffset.UnixEpoch).ExecuteUpdateAsync(
            row => row.SetProperty(space => space.DeletedAt, (DateTimeOffset?)null).SetProperty(space => space.Version, space => space.Version + 1),
            cancellationToken);
        return await FindWorkspace.HandleAsync(id, caller, db, cancellationToken);
    }
}
