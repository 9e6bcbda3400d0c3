using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Folders;

/// <summary>
/// Folders made, renamed and moved by hand. Only paths change, those of the folder and of all below it, in the trash or not; no file and
/// no object is touched.
/// </summary>
public sealed class FolderChanges([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string MakeSql = """
        WITH above AS MATERIALIZED (
            SELECT id, path FROM tus_upload.folders WHERE id = $4 AND workspace_id = $2 AND deleted_at IS NULL
        ), wanted AS MATERIALIZED (
            SELECT COALESCE(above.path || '/', '') || normalize($5, NFC) AS path
              FROM tus_upload.workspaces space LEFT JOIN above ON true
             WHERE space.id = $2 AND space.deleted_at IS NULL AND ($4 IS NULL OR above.id IS NOT NULL)
        ), verdict AS MATERIALIZED (
            SELECT path, CASE
                WHEN octet_length(path) > $6 THEN 'too_long'
                WHEN EXISTS (SELECT FROM tus_upload.folders f WHERE f.workspace_id = $2 AND f.path = wanted.path AND f.deleted_at IS NULL) THEN 'taken'
                ELSE 'done' END AS says
              FROM wanted
        ), made AS (
            INSERT INTO tus_upload.folders (id, workspace_id, parent_id, path, created_at)
            SELECT $3, $2, $4, path, $1 FROM verdict WHERE says = 'done'
        )
        SELECT says FROM verdict
        """;

    // Also brings back from the trash ($8): those that were deleted with the folder, and no others. Nothing in the subtree can stand in
    // its own way: a new path that is another's old one would lie above the folder, where it is taken, or below it, which is a circle. The folder's row
    // is locked, for whoever marks it for good asks for no turn: so it is one or the other.
    private const string PlaceSql = """
        WITH RECURSIVE folder AS MATERIALIZED (
            SELECT id, path, version, CASE WHEN $4 THEN $5 ELSE parent_id END AS parent_id FROM tus_upload.folders
             WHERE id = $1 AND workspace_id = $2 AND CASE WHEN $8 THEN deleted_with = id AND deleted_at > 'epoch' ELSE deleted_at IS NULL END
               FOR NO KEY UPDATE
        ), subtree AS (
            SELECT id, path FROM folder
            UNION ALL
            SELECT f.id, f.path FROM tus_upload.folders f JOIN subtree ON f.parent_id = subtree.id
        ), wanted AS MATERIALIZED (
            SELECT folder.*, above.id IS NULL AND folder.parent_id IS NOT NULL AS is_lost,
                   COALESCE(above.path || '/', '') || COALESCE(normalize($3, NFC), substring(folder.path FROM '[^/]*$')) AS new_path
              FROM folder LEFT JOIN tus_upload.folders above
                ON above.id = folder.parent_id AND above.workspace_id = $2 AND above.deleted_at IS NULL
        ), verdict AS MATERIALIZED (
            SELECT wanted.*, CASE
                WHEN version <> $6 THEN 'changed'
                WHEN is_lost THEN 'no_parent'
                WHEN $4 AND EXISTS (SELECT FROM subtree WHERE id = $5) THEN 'circle'
                WHEN EXISTS (
                    SELECT FROM tus_upload.folders f WHERE f.workspace_id = $2 AND f.path = new_path AND f.deleted_at IS NULL AND f.id <> $1) THEN 'taken'
                WHEN (SELECT max(octet_length(path)) FROM subtree) - octet_length(path) + octet_length(new_path) > $7 THEN 'too_long'
                ELSE 'done' END AS says
              FROM wanted
        ), placed AS (
            UPDATE tus_upload.folders f
               SET path = verdict.new_path || substr(f.path, length(verdict.path) + 1),
                   parent_id = CASE WHEN f.id = $1 THEN verdict.parent_id ELSE f.parent_id END,
                   version = f.version + CASE WHEN f.id = $1 THEN 1 ELSE 0 END,
                   deleted_at = CASE WHEN f.deleted_with = $1 THEN NULL ELSE f.deleted_at END,
                   deleted_with = CASE WHEN f.deleted_with = $1 THEN NULL ELSE f.deleted_with END
              FROM verdict, subtree WHERE verdict.says = 'done' AND f.id = subtree.id
        )
        SELECT says FROM verdict
        """;

    /// <summary>The caller has checked the name's form, and that its own may make folders there.</summary>
    /// <param name="parentId">Null: the root.</param>
    public Task<FolderOutcome> MakeAsync(
        Guid id, Guid workspaceId, Guid? parentId, string name, DateTimeOffset now, CancellationToken cancellationToken) => RunAsync(
            workspaceId,
            new NpgsqlBatchCommand(MakeSql).With(now).With(workspaceId).With(id).With(parentId).With(name).With(FolderPaths.LongestPath),
            FolderOutcome.NoParent,
            cancellationToken);

    /// <summary>Another name, another place, or both.</summary>
    public Task<FolderOutcome> PlaceAsync(FolderPlace place, CancellationToken cancellationToken) => RunAsync(
        place.WorkspaceId,
        new NpgsqlBatchCommand(PlaceSql)
            .With(place.Id)
            .With(place.WorkspaceId)
            .With(place.Name)
            .With(place.Moves)
            .With(place.ParentId)
            .With(place.Version)
            .With(FolderPaths.LongestPath)
            .With(place.Restores),
        FolderOutcome.NotFound,
        cancellationToken);

    private async Task<FolderOutcome> RunAsync(Guid workspaceId, NpgsqlBatchCommand statement, FolderOutcome nothing, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateTurn(workspaceId, statement);
        return await batch.ReadAsync(row => row.GetString(0), cancellationToken) switch
        {
            null => nothing,
            "done" => FolderOutcome.Done,
            "changed" => FolderOutcome.Changed,
            "no_parent" => FolderOutcome.NoParent,
            "circle" => FolderOutcome.Circle,
            "taken" => FolderOutcome.Taken,
            _ => FolderOutcome.TooLong,
        };
    }
}

/// <summary>What a folder is called and where it goes.</summary>
/// <param name="Name">Null: as it is.</param>
/// <param name="Moves">False: it stays where it is.</param>
/// <param name="ParentId">Where it moves to; null is the root.</param>
/// <param name="Version">The change was made for this one; null: any.</param>
/// <param name="Restores">Out of the trash, with what was deleted with it.</param>
public sealed record FolderPlace(Guid Id, Guid WorkspaceId, string? Name, bool Moves, Guid? ParentId, int? Version, bool Restores = false);

/// <summary>What came of a change of folders.</summary>
public enum FolderOutcome
{
    Done,

    NotFound,

    /// <summary>It has another version by now.</summary>
    Changed,

    /// <summary>The folder above is not there, or in the trash.</summary>
    NoParent,

    /// <summary>It would lie within itself.</summary>
    Circle,

    /// <summary>Another folder has this path.</summary>
    Taken,

    /// <summary>A path would be longer than <see cref="FolderPaths.LongestPath"/>.</summary>
    TooLong,
}
