namespace TusUpload.Data.Files;

/// <summary>
/// Fragments for workspaces that let each name into a folder once. Who asks for a name there takes a turn first, in a statement of its
/// own and the same transaction: so of two that ask at once the second sees what the first has made. In any other workspace nobody waits.
/// </summary>
internal static class TakenNames
{
    /// <summary><c>$1</c>: the workspace, <c>$2</c>: the name. Not the folder: what comes by a link names none, and lands in one.</summary>
    public const string TurnSql = """
        SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('/', 'name', id::text, normalize($2, NFC)), 0))::text
          FROM tus_upload.workspaces WHERE id = $1 AND name_policy = 'refuse'
        """;
}
