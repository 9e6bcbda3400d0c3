namespace TusUpload.Data;

/// <summary>
/// The one place where storage counters move, at user, workspace and link together. A statement that holds, settles or gives back storage ends
/// with this fragment and puts the change in a CTE before it: <c>change (user_id, workspace_id, link_id, reserved, used, files, visits)</c>, bytes to
/// add (negative: to take off), and what the link counts besides, at most one row.
/// </summary>
/// <remarks>Each level waits for the one before it, so rows are locked in the order that holds everywhere: user, workspace, link.</remarks>
internal static class StorageCounting
{
    public const string Sql = """
        counted_user AS (
            UPDATE tus_upload.users u
               SET storage_reserved = u.storage_reserved + change.reserved, storage_used = u.storage_used + change.used
              FROM change WHERE u.id = change.user_id AND (change.reserved <> 0 OR change.used <> 0 OR change.files <> 0)
            RETURNING u.id
        ), counted_workspace AS (
            UPDATE tus_upload.workspaces w
               SET storage_reserved = w.storage_reserved + change.reserved, storage_used = w.storage_used + change.used
              FROM change, counted_user WHERE w.id = change.workspace_id
            RETURNING w.id
        ), counted_link AS (
            UPDATE tus_upload.links l
               SET storage_reserved = l.storage_reserved + change.reserved, storage_used = l.storage_used + change.used,
                   files = GREATEST(l.files + change.files, 0), uses = l.uses + change.visits
              FROM change, counted_workspace WHERE l.id = change.link_id
            RETURNING l.id
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
