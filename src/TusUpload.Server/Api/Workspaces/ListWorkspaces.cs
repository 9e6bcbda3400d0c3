using TusUpload.Data;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Workspaces;

/// <summary>GET /workspaces</summary>
internal static class ListWorkspaces
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, Caller caller, CallerDirectory callers, TusUploadDb db, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        await callers.DefaultWorkspaceAsync(caller, cancellationToken);
        var spaces = db.WorkspacesOf(caller, Rights.Read);
        if (below is { } last)
        {
            spaces = spaces.Where(space => space.Id < last);
        }

        return TypedResults.Ok(await spaces.OrderByDescending(space => space.Id).Select(WorkspaceView.For(db, caller.Subject))
            .ToPageAsync(limit, space => space.Id, cancellationToken));
    }
}
