using Npgsql;

namespace TusUpload.Data.Folders;

/// <summary>
/// The folders of a directory that somebody uploads: those that are not there are made, each once, however many ask for them at once.
/// </summary>
public sealed class FolderPaths(NpgsqlDataSource database)
{
    /// <summary>Bytes of the longest path in UTF-8: what an index of Postgres surely takes.</summary>
    public const int LongestPath = 2000;

    // Who may not upload there makes no folder: the same conditions as those of the upload itself, as far as they are not about its
    // size. Nobody makes folders at the same time (the turn), so those that are known now are all there are.
    private const string EnsureSql = """
        WITH member AS (
            SELECT FROM tus_upload.workspace_members WHERE workspace_id = $2 AND user_id = $4 AND role IN ('contributor', 'editor', 'manager')
        ), through AS MATERIALIZED (
            SELECT folder_id FROM tus_upload.links
             WHERE id = $5 AND workspace_id = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $1)
               AND (password_hash IS NULL OR $10 OR $4 = $3 OR EXISTS (SELECT FROM member))
        ), base AS MATERIALIZED (
            SELECT f.id, f.path FROM tus_upload.folders f
             WHERE f.id = COALESCE($6, (SELECT folder_id FROM through)) AND f.workspace_id = $2 AND f.deleted_at IS NULL
               AND NOT EXISTS (
                   SELECT FROM through JOIN tus_upload.folders top ON top.id = through.folder_id
                    WHERE f.id <> top.id AND NOT starts_with(f.path, top.path || '/'))
        ), start AS MATERIALIZED (
            SELECT base.id, base.path FROM tus_upload.workspaces space LEFT JOIN base ON true
             WHERE space.id = $2 AND space.user_id = $3 AND space.deleted_at IS NULL
               AND CASE WHEN $5 IS NULL THEN $4 = $3 OR EXISTS (SELECT FROM member) ELSE EXISTS (SELECT FROM through) END
               AND (base.id IS NOT NULL OR COALESCE($6, (SELECT folder_id FROM through)) IS NULL)
        ), asked AS MATERIALIZED (
            SELECT given.place, given.id, COALESCE(start.path || '/', '') || normalize(given.path, NFC) AS path
              FROM start, unnest($7, $8) WITH ORDINALITY AS given (id, path, place)
        ), known AS MATERIALIZED (
            SELECT asked.place, f.id FROM asked JOIN tus_upload.folders f ON f.workspace_id = $2 AND f.path = asked.path AND f.deleted_at IS NULL
        ), made AS (
            INSERT INTO tus_upload.folders (id, workspace_id, link_id, parent_id, path, created_at)
            SELECT asked.id, $2, $5,
                   CASE WHEN asked.place = 1 THEN start.id ELSE COALESCE(
                       (SELECT id FROM known WHERE known.place = asked.place - 1), (SELECT id FROM asked above WHERE above.place = asked.place - 1)) END,
                   asked.path, $1
              FROM asked, start
             WHERE NOT EXISTS (SELECT FROM known WHERE known.place = asked.place) AND (SELECT max(octet_length(path)) FROM asked) <= $9
        )
        SELECT COALESCE(known.id, asked.id), asked.path, octet_length(asked.path) <= $9
          FROM asked LEFT JOIN known ON known.place = asked.place
         ORDER BY asked.place DESC LIMIT 1
        """;

    /// <summary>
    /// The last of the directories; null where this uploader may not upload there, or the folder that they lie in is not there. What was
    /// made stays when the upload is refused all the same.
    /// </summary>
    public Task<EnsuredFolder?> EnsureAsync(WantedFolders wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string[] paths = [.. wanted.Directories.Select((_, last) => string.Join('/', wanted.Directories.Take(last + 1)))];
        var statement = new NpgsqlBatchCommand(EnsureSql)
            .With(now)
            .With(wanted.WorkspaceId)
            .With(wanted.UserId)
            .With(wanted.UploaderId)
            .With(wanted.LinkId)
            .With(wanted.Below)
            .With(paths.Select(_ => Guid.CreateVersion7()).ToArray())
            .With(paths)
            .With(LongestPath)
            .With(wanted.IsVisitor);
        return RunAsync(wanted.WorkspaceId, statement, cancellationToken);
    }

    private async Task<EnsuredFolder?> RunAsync(Guid workspaceId, NpgsqlBatchCommand statement, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateTurn(workspaceId, statement);
        return await batch.ReadAsync(row => new EnsuredFolder(row.GetGuid(0), row.GetString(1), row.GetBoolean(2)), cancellationToken);
    }
}

/// <summary>Directories, the outermost first, below a folder.</summary>
/// <param name="UserId">The workspace's owner.</param>
/// <param name="UploaderId">Who uploads there.</param>
/// <param name="IsVisitor">It came by the link.</param>
/// <param name="Below">Null: the link's folder, or the root.</param>
public sealed record WantedFolders(
    Guid WorkspaceId, string UserId, string UploaderId, bool IsVisitor, Guid? LinkId, Guid? Below, IReadOnlyList<string> Directories);

/// <param name="Path">Of the folder, from the root, normalised.</param>
/// <param name="Fits">False: the path is longer than <see cref="FolderPaths.LongestPath"/>, and nothing was made.</param>
public sealed record EnsuredFolder(Guid Id, string Path, bool Fits);
