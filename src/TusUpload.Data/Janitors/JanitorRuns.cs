using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using NpgsqlTypes;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Janitors;

/// <summary>
/// Whose turn it is. A turn is one statement, and what counts is when it began: a node that dies at its work holds up nobody once the time between
/// two turns is over. One that works for longer may meet another: janitors are safe at once, so a turn saves work and guards nothing.
/// </summary>
public sealed class JanitorRuns([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    private const string ClaimSql = """
        INSERT INTO tus_upload.janitor_runs AS run (name, node, started_at) VALUES ($1, $2, now())
            ON CONFLICT (name) DO UPDATE SET node = $2, started_at = now(), ended_at = NULL WHERE run.started_at <= now() - $3
        RETURNING started_at
        """;

    private const string EndSql = """
        UPDATE tus_upload.janitor_runs SET ended_at = now(), report = $4 WHERE name = $1 AND node = $2 AND started_at = $3
        """;

    private const string GiveBackSql = """
        UPDATE tus_upload.janitor_runs SET started_at = now() - $4 WHERE name = $1 AND node = $2 AND started_at = $3
        """;

    /// <summary>Takes the turn if the last one, anybody's, began at least so long ago; says when by the database's clock, or null.</summary>
    public async Task<DateTimeOffset?> TryClaimAsync(string name, Guid node, TimeSpan apart, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ClaimSql);
        command.With(name).With(node).With(apart);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? await row.GetFieldValueAsync<DateTimeOffset>(0, cancellationToken) : null;
    }

    /// <summary>A turn that failed: it counts as one that began so long ago.</summary>
    public async Task GiveBackAsync(string name, Guid node, DateTimeOffset startedAt, TimeSpan ago, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(GiveBackSql);
        command.With(name).With(node).With(startedAt).With(ago);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Records what a turn did, as JSON; one that somebody else has begun since is left alone.</summary>
    public async Task EndAsync(string name, Guid node, DateTimeOffset startedAt, string report, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(EndSql);
        command.With(name).With(node).With(startedAt);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = report, NpgsqlDbType = NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
