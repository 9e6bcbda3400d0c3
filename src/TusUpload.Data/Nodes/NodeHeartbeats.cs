using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Nodes;

/// <summary>
/// One row per running process. Times are the database's: the one clock that all nodes share. They have a connection of their own: a heartbeat that
/// waited behind a burst of requests would end every body of the node.
/// </summary>
public sealed class NodeHeartbeats([FromKeyedServices(Pools.Heartbeat)] NpgsqlDataSource database)
{
    private const string BeatSql = """
        INSERT INTO tus_upload.nodes (id, host, process_id, started_at, heartbeat_at) VALUES ($1, $2, $3, $4, now())
            ON CONFLICT (id) DO UPDATE SET host = $2, process_id = $3, started_at = $4, heartbeat_at = now()
        RETURNING clock_timestamp()
        """;

    private const string LeaveSql = "DELETE FROM tus_upload.nodes WHERE id = $1 AND started_at = $2";

    /// <summary>Says that the node lives.</summary>
    /// <returns>The database's time when it took the beat.</returns>
    public async Task<DateTimeOffset> BeatAsync(
        Guid node, string host, int processId, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(BeatSql);
        command.With(node).With(host).With(processId).With(startedAt);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return await row.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken);
    }

    /// <summary>Ends every lease of the node at once, unless another process is the node by now.</summary>
    public async Task LeaveAsync(Guid node, DateTimeOffset startedAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LeaveSql);
        command.With(node).With(startedAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
