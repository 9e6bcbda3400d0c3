using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Folders;

namespace TusUpload.Data.Trash;

/// <summary>
/// Folders on their way into the trash. Their files are out of sight because of where they are: no file is touched, whatever there is of
/// them. A folder comes back by <see cref="FolderChanges.PlaceAsync"/>; a workspace goes and comes with one column.
/// </summary>
public sealed class TrashBin([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    // What is below it and in the trash already stays what it was: deleted by itself, restored by itself.
    private const string DeleteSql = """
        WITH RECURSIVE subtree AS (
            SELECT id FROM tus_upload.folders WHERE id = $1 AND workspace_id = $2 AND deleted_at IS NULL AND ($4 IS NULL OR version = $4)
            UNION ALL
            SELECT f.id FROM tus_upload.folders f JOIN subtree ON f.parent_id = subtree.id WHERE f.deleted_at IS NULL
        ), deleted AS (
            UPDATE tus_upload.folders f
               SET deleted_at = $3, deleted_with = $1, version = f.version + CASE WHEN f.id = $1 THEN 1 ELSE 0 END
              FROM subtree WHERE f.id = subtree.id
            RETURNING f.id
        )
        SELECT id::text FROM deleted LIMIT 1
        """;

    /// <summary>The folder and all below it; false when it is not there, in the trash already or of another version.</summary>
    public async Task<bool> DeleteAsync(Guid folderId, Guid workspaceId, int? version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var statement = new NpgsqlBatchCommand(DeleteSql).With(folderId).With(workspaceId).With(now).With(version);
        await using var batch = database.CreateTurn(workspaceId, statement);
        return await batch.ReadAsync(row => row.GetString(0), cancellationToken) is not null;
    }
}
