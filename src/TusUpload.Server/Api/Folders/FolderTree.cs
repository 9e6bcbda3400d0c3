using Microsoft.EntityFrameworkCore;

using TusUpload.Data;
using TusUpload.Data.Connections;
using TusUpload.Uploads.Admission;

namespace TusUpload.Server.Api.Folders;

/// <summary>GET /workspaces/{id}/tree. A list with depths: a tree may be deeper than readers of JSON go.</summary>
internal static class FolderTree
{
    private const int Most = 10_000;

    public static async Task<IResult> HandleAsync(Guid id, Caller caller, TusUploadDb db, StaleReads reads, CancellationToken cancellationToken)
    {
        if (!await db.SeesAsync(id, caller, cancellationToken))
        {
            return ApiError.WorkspaceNotFound;
        }

        var folders = await reads.RunAsync(read => read.Folders.Where(folder => folder.WorkspaceId == id && folder.DeletedAt == null)
            .OrderBy(folder => folder.Path).Select(folder => new { folder.Id, folder.ParentId, folder.Path }).Take(Most + 1).ToListAsync(cancellationToken));
        if (folders.Count > Most)
        {
            return ApiError.TooManyFolders;
        }

        // What lies in a folder comes before what only begins like it.
        return TypedResults.Ok(new Tree([.. folders.OrderBy(folder => folder.Path.Replace('/', '\u0001'), StringComparer.Ordinal)
            .Select(folder => new Node(
                folder.Id, folder.ParentId, folder.Path[(folder.Path.LastIndexOf('/') + 1)..], folder.Path, folder.Path.Count(letter => letter == '/')))]));
    }

    internal sealed record Tree(IReadOnlyList<Node> Items);

    /// <param name="Depth">0 at the root.</param>
    internal sealed record Node(Guid Id, Guid? ParentId, string Name, string Path, int Depth);
}
