using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Files;
using TusUpload.Data.Folders;

namespace TusUpload.Data.Trash;

/// <summary>
/// What is in the trash for good. First a mark (the time of its deletion becomes <c>epoch</c>), after which nothing brings it back; then
/// its files, as if each were deleted by hand, so that what they used is returned and a job removes their bytes; and when the last of
/// their rows is gone, the rows of folders and workspace. Dying anywhere in between leaves a mark, and whoever comes next goes on there.
/// An upload that is still running into it ends first, and its file goes then.
/// </summary>
public sealed class TrashPurge([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database, FileDeletion deletion)
{
    private const int Page = 200;

    private const string MarkSql = """
        WITH folder AS (
            UPDATE tus_upload.folders SET deleted_at = 'epoch'
             WHERE deleted_with = id AND deleted_at > 'epoch' AND deleted_at <= $2 AND ($1 IS NULL OR id = $1)
            RETURNING id
        ), space AS (
            UPDATE tus_upload.workspaces SET deleted_at = 'epoch' WHERE deleted_at > 'epoch' AND deleted_at <= $2 AND ($1 IS NULL OR id = $1)
            RETURNING id
        )
        SELECT EXISTS (SELECT FROM folder) OR EXISTS (SELECT FROM space)
        """;

    private const string MarkedSql = """
        SELECT id, workspace_id, false FROM tus_upload.folders WHERE deleted_with = id AND deleted_at = 'epoch'
        UNION ALL
        SELECT id, id, true FROM tus_upload.workspaces WHERE deleted_at = 'epoch'
        """;

    // Whatever is below, deleted with it, before it or not.
    private const string Subtree = """
        subtree AS (
            SELECT id FROM tus_upload.folders WHERE id = $1 AND deleted_with = id AND deleted_at = 'epoch'
            UNION ALL
            SELECT f.id FROM tus_upload.folders f JOIN subtree ON f.parent_id = subtree.id
        )
        """;

    private const string FolderFilesSql = $"""
        WITH RECURSIVE {Subtree}
        SELECT f.id, f.user_id, f.folder_id FROM tus_upload.files f JOIN subtree ON f.folder_id = subtree.id
         WHERE f.deleted_at IS NULL AND f.processing_status IN ('ready', 'rejected', 'failed') LIMIT $2
        """;

    private const string WorkspaceFilesSql = """
        SELECT id, user_id, folder_id FROM tus_upload.files
         WHERE workspace_id = $1 AND deleted_at IS NULL AND processing_status IN ('ready', 'rejected', 'failed')
           AND EXISTS (SELECT FROM tus_upload.workspaces WHERE id = $1 AND deleted_at = 'epoch')
         LIMIT $2
        """;

    // A link that led there leads nowhere: without its folder it would lead to the root.
    private const string ForgetFoldersSql = $"""
        WITH RECURSIVE {Subtree}, gone AS (
            DELETE FROM tus_upload.folders
             WHERE id IN (SELECT id FROM subtree)
               AND NOT EXISTS (SELECT FROM tus_upload.files f JOIN subtree ON f.folder_id = subtree.id)
               AND NOT EXISTS (SELECT FROM tus_upload.upload_sessions s JOIN subtree ON s.folder_id = subtree.id WHERE s.status = 'receiving')
            RETURNING id
        ), revoked AS (
            UPDATE tus_upload.links SET revoked_at = COALESCE(revoked_at, $2), version = version + 1
             WHERE folder_id IN (SELECT id FROM subtree) AND EXISTS (SELECT FROM gone)
        )
        SELECT count(*)::text FROM gone
        """;

    // An upload that ended without a file is known until its bytes are gone, and those of its parts, whose rows go with it.
    private const string ForgetSessionsSql = """
        DELETE FROM tus_upload.upload_sessions WHERE id IN (
            SELECT id FROM tus_upload.upload_sessions session
             WHERE workspace_id = $1 AND status IN ('expired', 'terminated') AND content_removed
               AND NOT EXISTS (SELECT FROM tus_upload.upload_sessions part WHERE part.final_id = session.id AND NOT part.content_removed)
             LIMIT $2)
        """;

    private const string IsEmptySql = """
        SELECT id FROM tus_upload.workspaces space
         WHERE id = $1 AND deleted_at = 'epoch'
           AND NOT EXISTS (SELECT FROM tus_upload.files WHERE workspace_id = $1)
           AND NOT EXISTS (SELECT FROM tus_upload.upload_sessions WHERE workspace_id = $1)
           FOR UPDATE
        """;

    private static readonly string[] ForgetWorkspaceSql =
    [
        "DELETE FROM tus_upload.links WHERE workspace_id = $1",
        "DELETE FROM tus_upload.batches WHERE workspace_id = $1",
        "DELETE FROM tus_upload.folders WHERE workspace_id = $1",
        "DELETE FROM tus_upload.workspaces WHERE id = $1",
    ];

    /// <summary>Marks what was deleted at or before that moment, of all or of the one named; from now on nothing brings it back.</summary>
    public async Task<bool> MarkAsync(Guid? id, DateTimeOffset deletedBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MarkSql);
        command.With(id).With(deletedBefore);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    /// <summary>What is marked and still there.</summary>
    public async Task<IReadOnlyList<TrashRoot>> MarkedAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(MarkedSql);
        var roots = new List<TrashRoot>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            roots.Add(new(row.GetGuid(0), row.GetGuid(1), row.GetBoolean(2)));
        }

        return roots;
    }

    /// <summary>Goes on with one of them; how many files it deleted, and whether nothing of it is left.</summary>
    /// <param name="most">No more files than this, in whole pages.</param>
    public async Task<(int Files, bool IsGone)> RunAsync(TrashRoot root, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var deleted = 0;
        IReadOnlyList<(Guid Id, string UserId, Guid? FolderId)> page;
        do
        {
            page = await FilesAsync(root, cancellationToken);
            foreach (var (id, userId, folderId) in page)
            {
                deleted += await deletion.PurgeAsync(id, userId, root.Id, folderId, now, cancellationToken) ? 1 : 0;
            }
        }
        while (page.Count == Page && deleted < most);

        return (deleted, root.IsWorkspace ? await ForgetWorkspaceAsync(root.Id, cancellationToken) : await ForgetFoldersAsync(root, now, cancellationToken));
    }

    private async Task<IReadOnlyList<(Guid Id, string UserId, Guid? FolderId)>> FilesAsync(TrashRoot root, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(root.IsWorkspace ? WorkspaceFilesSql : FolderFilesSql);
        command.With(root.Id).With(Page);
        var files = new List<(Guid, string, Guid?)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            files.Add((row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetGuid(2)));
        }

        return files;
    }

    private async Task<bool> ForgetFoldersAsync(TrashRoot root, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateTurn(root.WorkspaceId, new NpgsqlBatchCommand(ForgetFoldersSql).With(root.Id).With(now));
        return await batch.ReadAsync(row => row.GetString(0), cancellationToken) is not (null or "0");
    }

    private async Task<bool> ForgetWorkspaceAsync(Guid id, CancellationToken cancellationToken)
    {
        int ended;
        do
        {
            await using var sessions = database.CreateCommand(ForgetSessionsSql);
            sessions.With(id).With(Page);
            ended = await sessions.ExecuteNonQueryAsync(cancellationToken);
        }
        while (ended == Page);

        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var empty = new NpgsqlCommand(IsEmptySql, connection, transaction);
        empty.With(id);
        if (await empty.ExecuteScalarAsync(cancellationToken) is null)
        {
            return false;
        }

        foreach (var sql in ForgetWorkspaceSql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            command.With(id);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}

/// <summary>A folder that was deleted, with all below it, or a workspace.</summary>
public sealed record TrashRoot(Guid Id, Guid WorkspaceId, bool IsWorkspace);
