using Npgsql;

namespace TusUpload.Data.Content;

/// <summary>What the last writer of an upload left, made ready for the next one.</summary>
public sealed class ContentHandOver(NpgsqlDataSource database)
{
    // Under the lease, as rows are written: no row of an older lease can come after this. What lies at the offset or past it was never committed;
    // a commit may end inside a row. The last part reads what was there before.
    private const string OpenSql = """
        WITH held AS MATERIALIZED (
            SELECT id FROM tus_upload.upload_sessions
             WHERE id = $1 AND lease_node = $2 AND lease_epoch = $3 AND status = 'receiving' FOR SHARE
        ), dropped AS (
            DELETE FROM tus_upload.content_rows c USING held WHERE c.session_id = held.id AND c.position >= $4
        ), cut AS (
            UPDATE tus_upload.content_rows c SET bytes = substring(c.bytes FROM 1 FOR ($4 - c.position)::integer)
              FROM held
             WHERE c.session_id = held.id AND c.position < $4 AND c.position > $4 - 1048576 AND c.position + length(c.bytes) > $4
        )
        SELECT COALESCE((
            SELECT c.position + length(c.bytes) FROM tus_upload.content_rows c
             WHERE c.session_id = $1 AND c.position < $4 ORDER BY c.position DESC LIMIT 1), 0)::bigint
          FROM held
        """;

    /// <summary>
    /// Removes what lies at <paramref name="offset"/> and after it, and says how far the rows reached before it, in bytes. Null: the lease is no longer
    /// the newest, and nothing was changed. Dying after it loses nothing: no answer has told of what was removed.
    /// </summary>
    public async Task<long?> OpenAsync(Guid id, Guid? node, long epoch, long offset, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OpenSql);
        command.With(id).With(node).With(epoch).With(offset);
        return await command.ExecuteScalarAsync(cancellationToken) as long?;
    }
}
