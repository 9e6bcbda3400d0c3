using Npgsql;

using TusUpload.Data.Nodes;

namespace TusUpload.Data.Sessions;

/// <summary>Who may write. A lease costs nothing while it is held: it lives as long as its node's heartbeat.</summary>
public sealed class SessionLeases(NpgsqlDataSource database)
{
    private const string FindSql = $"SELECT {SessionState.Columns} FROM tus_upload.upload_sessions WHERE id = $1 AND uploader_id = $2";

    // The guard is the whole check: uploader, offset, state, expiry, and that nobody alive writes. Asking again from the same node is no
    // conflict: within a node one writer at a time is the node's own business, and a new epoch ends the old writer's commits anyway.
    private const string TakeSql = $"""
        UPDATE tus_upload.upload_sessions session
           SET lease_node = $4, lease_epoch = lease_epoch + 1
         WHERE id = $1 AND uploader_id = $2 AND uploaded_size = $3 AND status = 'receiving' AND {SessionState.Expiry} > $5
           AND part_ids IS NULL
           AND (content_node IS NULL OR content_node = $4)
           AND (lease_node IS NULL OR lease_node = $4 OR NOT EXISTS (
               SELECT FROM tus_upload.nodes, (SELECT $6 AS silence) AS longest
                WHERE nodes.id = session.lease_node AND {NodeLiveness.Alive}))
        RETURNING {SessionState.Columns}
        """;

    private const string ReleaseSql = """
        UPDATE tus_upload.upload_sessions SET lease_node = NULL WHERE id = $1 AND lease_node = $2 AND lease_epoch = $3
        """;

    private const string TouchSql = """
        UPDATE tus_upload.upload_sessions SET expires_at = GREATEST(expires_at, $4), last_activity_at = $5
         WHERE id = $1 AND lease_node = $2 AND lease_epoch = $3 AND status = 'receiving'
        """;

    /// <summary>Reads an upload of this uploader, whatever its state.</summary>
    public async Task<SessionState?> FindAsync(Guid id, string uploaderId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.With(id).With(uploaderId);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Takes the lease when the upload stands at <paramref name="offset"/>; null when the guard did not match, and then nothing changed.</summary>
    public async Task<SessionState?> TakeAsync(
        Guid id, string uploaderId, long offset, Guid node, TimeSpan heartbeatLimit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TakeSql);
        command.With(id).With(uploaderId).With(offset).With(node).With(now).With(heartbeatLimit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Lets go without a commit; a lease that was lost already is left alone.</summary>
    public async Task ReleaseAsync(Guid id, Guid node, long epoch, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ReleaseSql);
        command.With(id).With(node).With(epoch);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Moves the end of an upload whose bytes arrive and cannot be committed yet. A lease that was lost already changes nothing.
    /// </summary>
    public async Task TouchAsync(SessionState lease, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TouchSql);
        command.With(lease.Id).With(lease.LeaseNode).With(lease.LeaseEpoch).With(expiresAt).With(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<SessionState?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? SessionState.Read(row) : null;
    }
}
