using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Content;

/// <summary>Bytes of uploads that lie in the database. Writers are fenced: a statement under a lease that is no longer the newest changes nothing.</summary>
/// <remarks>What has arrived is written through the pool of commits, so it never waits behind new work; the rest through the wire's.</remarks>
public sealed class ContentRows(NpgsqlDataSource database, [FromKeyedServices(Pools.Commits)] NpgsqlDataSource commits)
{
    /// <summary>Most bytes of one row.</summary>
    public const int MaxBytes = 1 << 20;

    // FOR SHARE makes whoever takes the lease wait for this row: it is there for the next writer to see and remove, or the lease was gone before
    // and nothing is written. A weaker lock or a plain check would let a row of the old lease become visible after the next writer has looked.
    // It waits for its own flush. Without that the commit of the offset would flush it too, unless Postgres crashes in between: the writer lives on, does
    // not know that its row is gone, and commits the offset afterwards.
    private const string InsertSql = """
        WITH held AS MATERIALIZED (
            SELECT id FROM tus_upload.upload_sessions
             WHERE id = $1 AND lease_node = $2 AND lease_epoch = $3 AND status = 'receiving' FOR SHARE
        )
        INSERT INTO tus_upload.content_rows (session_id, position, bytes)
        SELECT id, $4, $5 FROM (SELECT id FROM held UNION ALL SELECT $1 WHERE $2 IS NULL) AS allowed
        ON CONFLICT (session_id, position) DO UPDATE SET bytes = excluded.bytes
        RETURNING true
        """;

    private const string ReadSql = """
        SELECT position, bytes FROM tus_upload.content_rows WHERE session_id = $1 AND position <= $2 ORDER BY position DESC LIMIT 1
        """;

    private const string DeleteSql = "DELETE FROM tus_upload.content_rows WHERE session_id = $1";

    private const string ListSql = """
        SELECT DISTINCT session_id FROM tus_upload.content_rows WHERE session_id > $1 AND session_id < $2 ORDER BY session_id LIMIT $3
        """;

    /// <summary>Writes one row. False: the lease is no longer the newest, and nothing is written.</summary>
    public async Task<bool> InsertAsync(
        Guid id, Guid? node, long epoch, long position, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await using var command = commits.CreateCommand(InsertSql);
        command.With(id).With(node).With(epoch).With(position).With(bytes);
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    /// <summary>The bytes from <paramref name="position"/> to the end of the row that holds it; null when there is none.</summary>
    public async Task<ReadOnlyMemory<byte>?> ReadAsync(Guid id, long position, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReadSql);
        command.With(id).With(position);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        var (start, bytes) = (row.GetInt64(0), row.GetFieldValue<byte[]>(1));
        return position < start + bytes.Length ? bytes.AsMemory((int)(position - start)) : null;
    }

    /// <summary>Removes every row of an upload.</summary>
    public async Task DeleteAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DeleteSql);
        command.With(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Uploads with rows between two ids, at most <paramref name="limit"/>, in their order.</summary>
    public async Task<List<Guid>> ListAsync(Guid after, Guid before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ListSql);
        command.With(after).With(before).With(limit);
        var ids = new List<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            ids.Add(row.GetGuid(0));
        }

        return ids;
    }
}
