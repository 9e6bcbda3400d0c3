using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Nodes;

/// <summary>
/// What processes leave behind that died without a word. None of it holds up anybody: a lease counts only while its node's heartbeat does. So it may be
/// removed in any order, and dying in between leaves the rest for the next time.
/// </summary>
public sealed class StaleNodes([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    // Rows are read first and changed only where their lease is still the one that was read: a node that came after this statement began is not
    // seen by it, but its epoch is. They are locked by id, as by everybody who locks several; one that somebody holds is at work, or the next turn's.
    private const string ReleaseSql = """
        WITH dead AS MATERIALIZED (
            SELECT id, lease_node, lease_epoch FROM tus_upload.upload_sessions session
             WHERE status = 'receiving' AND lease_node IS NOT NULL AND NOT EXISTS (
                 SELECT FROM tus_upload.nodes WHERE nodes.id = session.lease_node AND nodes.heartbeat_at > now() - $1)
             ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE tus_upload.upload_sessions session SET lease_node = NULL FROM dead
         WHERE session.id = dead.id AND session.lease_node = dead.lease_node AND session.lease_epoch = dead.lease_epoch
        """;

    private const string ForgetSql = "DELETE FROM tus_upload.nodes WHERE heartbeat_at <= now() - $1";

    // A node that is on its way up has no row yet and may have taken its first turn; nothing depends on that.
    private const string TurnsSql = """
        DELETE FROM tus_upload.janitor_runs run
         WHERE started_at <= now() - $1 AND position(':' IN name) > 0 AND NOT EXISTS (SELECT FROM tus_upload.nodes WHERE nodes.id = run.node)
        """;

    private const string RequestsSql = "DELETE FROM tus_upload.lease_requests WHERE asked_at <= now() - $1";

    /// <summary>Ends leases of nodes that are not there or have been silent for so long; says how many.</summary>
    public Task<int> ReleaseAsync(TimeSpan silence, CancellationToken cancellationToken) => RunAsync(ReleaseSql, silence, cancellationToken);

    /// <summary>Removes the rows of nodes that have been silent for so long; says how many. One that comes back writes its row again.</summary>
    public Task<int> ForgetAsync(TimeSpan silence, CancellationToken cancellationToken) => RunAsync(ForgetSql, silence, cancellationToken);

    /// <summary>Removes requests for a lease whose askers have died; says how many.</summary>
    public Task<int> DropRequestsAsync(TimeSpan age, CancellationToken cancellationToken) => RunAsync(RequestsSql, age, cancellationToken);

    /// <summary>Forgets the turns of what only one node could look after, and that node is gone; says how many.</summary>
    public Task<int> DropTurnsAsync(TimeSpan age, CancellationToken cancellationToken) => RunAsync(TurnsSql, age, cancellationToken);

    private async Task<int> RunAsync(string sql, TimeSpan age, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.With(age);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
