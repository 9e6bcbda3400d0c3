using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Pipeline.Janitors;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Trash;

/// <summary>GET /trash: what was deleted by itself; what went with it comes back with it.</summary>
internal static class ListTrash
{
    public static async Task<IResult> HandleAsync(
        [AsParameters] PageRequest page, Caller caller, TusUploadDb db, IOptions<TrashOptions> options, CancellationToken cancellationToken)
    {
        if (!page.TryRead(out var limit, out var below, out var error))
        {
            return error;
        }

        var (owner, last, retention) = (caller.Subject, below ?? Guid.AllBitsSet, options.Value.Retention);
        var spaces = db.WorkspacesOf(caller, Rights.Read);
        var folders = await db.Folders
            .Where(folder => folder.DeletedWith == folder.Id && folder.DeletedAt > DateTimeOffset.UnixEpoch && folder.Id < last
                && spaces.Any(space => space.Id == folder.WorkspaceId))
            .OrderByDescending(folder => folder.Id).Take(limit + 1)
            .Select(folder => new { folder.Id, folder.Path, folder.WorkspaceId, folder.DeletedAt }).ToListAsync(cancellationToken);
        var workspaces = await db.Workspaces
            .Where(space => space.UserId == owner && space.DeletedAt > DateTimeOffset.UnixEpoch && space.Id < last)
            .OrderByDescending(space => space.Id).Take(limit + 1)
            .Select(space => new { space.Id, space.Name, space.DeletedAt }).ToListAsync(cancellationToken);

        // By their ids as the database orders them: byte for byte, as they are written.
        var items = folders
            .Select(folder => new TrashView(
                folder.Id, TrashView.Folder, folder.Path, folder.WorkspaceId, folder.DeletedAt!.Value, folder.DeletedAt.Value + retention))
            .Concat(workspaces.Select(space => new TrashView(
                space.Id, TrashView.Workspace, space.Name, space.Id, space.DeletedAt!.Value, space.DeletedAt.Value + retention)))
            .OrderByDescending(item => item.Id.ToString(), StringComparer.Ordinal).ToList();
        return TypedResults.Ok(items.Count <= limit
            ? new Page<TrashView>(items, null)
            : new Page<TrashView>(items[..limit], PageRequest.Write(items[limit - 1].Id)));
    }
}
