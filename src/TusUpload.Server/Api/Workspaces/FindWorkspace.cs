using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>GET /workspaces/{id}</summary>
internal static class FindWorkspace
{
    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, CancellationToken cancellationToken)
    {
        var found = await db.WorkspacesOf(caller, Rights.Read).Where(space => space.Id == id)
            .Select(WorkspaceView.For(db, caller.Subject)).SingleOrDefaultAsync(cancellationToken);
        return found is null ? ApiError.WorkspaceNotFound : new Tagged<WorkspaceView>(found, found.Version);
    }
}
