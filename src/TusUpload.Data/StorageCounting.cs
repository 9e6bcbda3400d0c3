namespace TusUpload.Data;

/// <summary>
/// The one place where storage counters move, at user, workspace and link together. A statement that holds, settles or gives back storage ends
/// with this fragment and puts the change in a CTE before it: <c>change (user_id, workspace_id, link_id, reserved, used, files, visits)</c>, bytes to
/// add (negative: to take off), and what the link counts besides, at most one row. <c>$1</c> is the time.
/// </summary>
/// <remarks>Each level waits for the one before it, so rows are locked in the order that holds everywhere: user, workspace, link.</remarks>
internal static class StorageCounting
{
    public const string Sql = $"""
        {Levels}, warning AS (
            INSERT INTO tus_upload.outbox (type, user_id, workspace_id, subject, data, occurred_at)
            {StorageWarnings.Event}
        )
        """;

    /// <summary>The same for a statement that tells of <c>counted</c> with its own events, see <see cref="StorageWarnings.Event"/>: it opens the outbox once.</summary>
    public const string Levels = $"""
        counted_user AS (
            UPDATE tus_upload.users level
               SET storage_reserved = level.storage_reserved + change.reserved, storage_used = level.storage_used + change.used,
                   storage_warned = {StorageWarnings.Next}
              FROM change WHERE level.id = change.user_id AND (change.reserved <> 0 OR change.used <> 0 OR change.files <> 0 OR change.visits <> 0)
            RETURNING level.id, level.default_workspace_id AS workspace_id, {StorageWarnings.Columns}
        ), counted_workspace AS (
            UPDATE tus_upload.workspaces level
               SET storage_reserved = level.storage_reserved + change.reserved, storage_used = level.storage_used + change.used,
                   storage_warned = {StorageWarnings.Next}
              FROM change, counted_user WHERE level.id = change.workspace_id
            RETURNING level.id, level.user_id, {StorageWarnings.Columns}
        ), counted_link AS (
            UPDATE tus_upload.links level
               SET storage_reserved = level.storage_reserved + change.reserved, storage_used = level.storage_used + change.used,
                   files = GREATEST(level.files + change.files, 0), uses = level.uses + change.visits, storage_warned = {StorageWarnings.Next}
              FROM change, counted_workspace WHERE level.id = change.link_id
            RETURNING level.id, change.user_id, level.workspace_id, {StorageWarnings.Columns}
        ), counted AS (
            SELECT 1 AS place, 'user' AS name, id, id AS user_id, workspace_id, workspace_id AS subject, storage_warned, storage_limit, storage_used,
                   storage_reserved
              FROM counted_user
            UNION ALL
            SELECT 2, 'workspace', id::text, user_id, id, id, storage_warned, storage_limit, storage_used, storage_reserved FROM counted_workspace
            UNION ALL
            SELECT 3, 'link', id::text, user_id, workspace_id, id, storage_warned, storage_limit, storage_used, storage_reserved FROM counted_link
        )
        """;

    /// <summary>
    /// True, and only known once all levels are counted. The parts of a statement run in no order of their own; what locks a row that comes after
    /// these in the order of locks asks for this first.
    /// </summary>
    public const string Done = """
        (SELECT count(*) FROM counted_user) + (SELECT count(*) FROM counted_workspace) + (SELECT count(*) FROM counted_link) >= 0
        """;
}
