using System.Globalization;

using Npgsql;

namespace TusUpload.Pipeline.Jobs;

/// <summary>
/// What Hangfire's own tables say, in one statement where its API would take two for every job. Names as of Hangfire.PostgreSql 1.21
/// (schema version 23).
/// </summary>
internal sealed class JobTables(JobDatabase database)
{
    private const string StatesSql = $"""
        SELECT job.id, job.statename, state.data ->> 'ServerId',
               EXISTS (SELECT FROM {JobStorageSetup.Schema}.jobqueue WHERE jobqueue.jobid = job.id),
               EXISTS (SELECT FROM {JobStorageSetup.Schema}.jobqueue WHERE jobqueue.jobid = job.id AND jobqueue.fetchedat IS NOT NULL)
          FROM {JobStorageSetup.Schema}.job LEFT JOIN {JobStorageSetup.Schema}.state ON state.id = job.stateid
         WHERE job.id = ANY ($1)
        """;

    private const string GiveBackSql =
        $"UPDATE {JobStorageSetup.Schema}.jobqueue SET fetchedat = NULL WHERE queue = $1 AND fetchedat IS NOT NULL";

    private const string ServersSql = $"SELECT count(*) FROM {JobStorageSetup.Schema}.server WHERE lastheartbeat > now() - $1";

    /// <summary>Jobs by id; those that are no more are missing.</summary>
    public async Task<Dictionary<string, JobState>> StatesAsync(IEnumerable<string> jobIds, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(StatesSql);
        command.Parameters.Add(new NpgsqlParameter<long[]>
        {
            TypedValue = [.. jobIds.Select(id => long.Parse(id, CultureInfo.InvariantCulture))],
        });
        var states = new Dictionary<string, JobState>(StringComparer.Ordinal);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            states.Add(
                row.GetInt64(0).ToString(CultureInfo.InvariantCulture),
                new(
                    row.IsDBNull(1) ? null : row.GetString(1),
                    row.IsDBNull(2) ? null : row.GetString(2),
                    row.GetBoolean(3),
                    row.GetBoolean(4)));
        }

        return states;
    }

    /// <summary>Gives back what was fetched from a queue; for the queue's only server, before it fetches anything.</summary>
    public async Task GiveBackAsync(string queue, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(GiveBackSql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = queue });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Processes that work on jobs, by their heartbeats. Throws when the storage cannot be reached.</summary>
    public async Task<int> ServersAsync(TimeSpan silence, CancellationToken cancellationToken)
    {
        await using var command = database.Source.CreateCommand(ServersSql);
        command.Parameters.Add(new NpgsqlParameter<TimeSpan> { TypedValue = silence });
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>A job as it stands.</summary>
/// <param name="Name">Hangfire's name of its state; null while it is being made.</param>
/// <param name="ServerId">The process that works on it, where one does.</param>
/// <param name="IsQueued">It is in a queue, fetched or not.</param>
/// <param name="IsFetched">A worker has fetched it and not given it back.</param>
internal sealed record JobState(string? Name, string? ServerId, bool IsQueued, bool IsFetched);
