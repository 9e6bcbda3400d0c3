using System.Data;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data;

/// <summary>
/// Holds what is counted as reserved against what is reserved for uploads. The two change in one transaction, so they differ only where something is
/// wrong: a row edited by hand, a restore in parts, an error of ours.
/// </summary>
public sealed class ReservationRecount([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    private static readonly Level[] Levels = [new("user", "users", "user_id"), new("workspace", "workspaces", "workspace_id"), new("link", "links", "link_id")];

    // Nothing else holds anything; by indexes that only unfinished rows are in.
    private const string Held = """
        SELECT user_id, workspace_id, link_id, reserved_size FROM tus_upload.upload_sessions WHERE status = 'receiving'
        UNION ALL
        SELECT session.user_id, session.workspace_id, session.link_id, session.reserved_size
          FROM tus_upload.files file JOIN tus_upload.upload_sessions session ON session.id = file.id
         WHERE file.processing_status IN ('received', 'verifying', 'scanning', 'storing')
        UNION ALL
        SELECT session.user_id, session.workspace_id, session.link_id, session.reserved_size
          FROM tus_upload.files file JOIN tus_upload.upload_sessions session ON session.id = file.id
         WHERE file.processing_status = 'failed'
        """;

    // One snapshot, in which the two agree or are wrong.
    private static readonly string FindSql = $"""
        WITH held AS MATERIALIZED ({Held})
        {string.Join("\nUNION ALL\n", Levels.Select(level => $"""
            SELECT '{level.Name}', level.id::text FROM tus_upload.{level.Table} level
              LEFT JOIN (SELECT {level.Column} AS id, sum(reserved_size) AS bytes FROM held GROUP BY 1) AS truth ON truth.id = level.id
             WHERE level.storage_reserved <> COALESCE(truth.bytes, 0)
            """))}
        """;

    /// <summary>
    /// Finds levels (user, workspace, link) whose reserved bytes are not what uploads hold, and corrects them one by one; gives those it corrected. Dying
    /// anywhere leaves the rest for the next time; two at once correct each once.
    /// </summary>
    public async Task<IReadOnlyList<ReservationDrift>> RunAsync(CancellationToken cancellationToken)
    {
        var corrected = new List<ReservationDrift>();
        foreach (var (level, id) in await FindAsync(cancellationToken))
        {
            if (await CorrectAsync(Levels.Single(one => one.Name == level), id, cancellationToken) is { } drift)
            {
                corrected.Add(drift);
            }
        }

        return corrected;
    }

    private async Task<List<(string Level, string Id)>> FindAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        var found = new List<(string, string)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add((row.GetString(0), row.GetString(1)));
        }

        return found;
    }

    /// <summary>
    /// Whoever changes a reservation locks this row before it commits. So with the row locked, what the next statement sees is what is counted: it needs a
    /// snapshot of its own, taken under the lock.
    /// </summary>
    private async Task<ReservationDrift?> CorrectAsync(Level level, string id, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await using var hold = new NpgsqlCommand(level.LockSql, connection, transaction);
        if (await hold.With(id).ExecuteScalarAsync(cancellationToken) is not long counted)
        {
            return null;
        }

        await using var correct = new NpgsqlCommand(level.CorrectSql(Held), connection, transaction);
        if (await correct.With(id).ExecuteScalarAsync(cancellationToken) is not long held)
        {
            return null;
        }

        await transaction.CommitAsync(cancellationToken);
        return new(level.Name, id, counted, held);
    }

    private sealed record Level(string Name, string Table, string Column)
    {
        public string LockSql => $"SELECT storage_reserved FROM tus_upload.{Table} WHERE id::text = $1 FOR NO KEY UPDATE";

        public string CorrectSql(string held) => $"""
            WITH truth AS MATERIALIZED (
                SELECT COALESCE(sum(reserved_size), 0)::bigint AS bytes FROM ({held}) AS held WHERE {Column}::text = $1
            )
            UPDATE tus_upload.{Table} level SET storage_reserved = truth.bytes FROM truth
             WHERE level.id::text = $1 AND level.storage_reserved <> truth.bytes
            RETURNING level.storage_reserved
            """;
    }
}

/// <summary>A level (user, workspace, link) that counted other bytes as reserved than are held for its uploads.</summary>
public sealed record ReservationDrift(string Level, string Id, long Counted, long Held);
