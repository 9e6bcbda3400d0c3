using Npgsql;

namespace TusUpload.Data.Links;

/// <summary>
/// How often a link's password may be tried. Each try is counted before the password is looked at, so that many at once are no more than many after
/// another; a right one is taken off again. All nodes count in the same rows. Dying in between leaves a try counted, which is forgotten in time.
/// </summary>
public sealed class LinkTryCounting(NpgsqlDataSource database)
{
    /// <summary>Wrong tries are forgotten so long after the first of them.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    // An address has five free; each one more has to be twice as far from the first as the one before: 1, 2, 4 … seconds, so it has 17 in an hour. The
    // link has a hundred free over all addresses, and then one in ten seconds: who guesses with many machines has 460 in an hour. A link is never closed:
    // the next try is at most ten seconds away, whoever comes first has it, and who has been there needs none. The link's own row is there before, and
    // is locked before that of any address, however old they are.
    private const string WholeSql = """
        INSERT INTO tus_upload.link_tries (link_id, address, failed, since) VALUES ($1, '*', 0, $2) ON CONFLICT (link_id, address) DO NOTHING
        """;

    private const string TakeSql = """
        WITH known AS MATERIALIZED (
            SELECT address, failed, since FROM tus_upload.link_tries
             WHERE link_id = $1 AND address IN ($2, '*') ORDER BY address = '*' DESC FOR NO KEY UPDATE
        ), free AS MATERIALIZED (
            SELECT COALESCE(max(since + CASE
                       WHEN address = '*' THEN GREATEST(failed - 99, 0) * interval '10 seconds'
                       WHEN failed < 5 THEN interval '0'
                       ELSE power(2, LEAST(failed - 5, 20)) * interval '1 second' END), $3) AS at
              FROM known WHERE since > $3 - $4
        ), own AS (
            INSERT INTO tus_upload.link_tries AS tries (link_id, address, failed, since) SELECT $1, $2, 1, $3 FROM free WHERE at <= $3
                ON CONFLICT (link_id, address) DO UPDATE
               SET failed = CASE WHEN tries.since > $3 - $4 THEN tries.failed + 1 ELSE 1 END,
                   since = CASE WHEN tries.since > $3 - $4 THEN tries.since ELSE $3 END
             WHERE tries.failed < 5 OR tries.since <= $3 - $4 OR tries.since + power(2, LEAST(tries.failed - 5, 20)) * interval '1 second' <= $3
            RETURNING link_id
        ), whole AS (
            UPDATE tus_upload.link_tries AS tries
               SET failed = CASE WHEN tries.since > $3 - $4 THEN tries.failed + 1 ELSE 1 END,
                   since = CASE WHEN tries.since > $3 - $4 THEN tries.since ELSE $3 END
              FROM own WHERE tries.link_id = own.link_id AND tries.address = '*'
        ), forgotten AS (
            DELETE FROM tus_upload.link_tries old USING (
                SELECT address FROM tus_upload.link_tries
                 WHERE link_id = $1 AND address NOT IN ($2, '*') AND since <= $3 - $4 LIMIT 100 FOR UPDATE SKIP LOCKED) AS late
             WHERE old.link_id = $1 AND old.address = late.address
        )
        SELECT EXISTS (SELECT FROM own), (SELECT at - $3 FROM free)
        """;

    // In the order in which they are taken.
    private const string GiveBackSql = """
        WITH whole AS (
            UPDATE tus_upload.link_tries SET failed = GREATEST(failed - 1, 0) WHERE link_id = $1 AND address = '*' RETURNING link_id
        )
        DELETE FROM tus_upload.link_tries WHERE link_id = $1 AND address = $2 AND (SELECT count(*) FROM whole) >= 0
        """;

    private const string TakeBackSql = """
        WITH whole AS (
            UPDATE tus_upload.link_tries SET failed = GREATEST(failed - 1, 0) WHERE link_id = $1 AND address = '*' RETURNING link_id
        )
        UPDATE tus_upload.link_tries SET failed = GREATEST(failed - 1, 0)
         WHERE link_id = $1 AND address = $2 AND (SELECT count(*) FROM whole) >= 0
        """;

    /// <summary>Takes a try; null: it may be made. Otherwise how long to wait for the next one, and nothing was counted.</summary>
    public async Task<TimeSpan?> TakeAsync(Guid linkId, string address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Without a transaction of its own a batch is one.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(WholeSql).With(linkId).With(now));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakeSql).With(linkId).With(address).With(now).With(Memory));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return row.GetBoolean(0) ? null : row.GetFieldValue<TimeSpan>(1);
    }

    /// <summary>The password was right: its address has done nothing wrong.</summary>
    public Task GiveBackAsync(Guid linkId, string address, CancellationToken cancellationToken) => RunAsync(GiveBackSql, linkId, address, cancellationToken);

    /// <summary>Nobody looked at the password: this try counts no more, and those before it do.</summary>
    public Task TakeBackAsync(Guid linkId, string address, CancellationToken cancellationToken) => RunAsync(TakeBackSql, linkId, address, cancellationToken);

    private async Task RunAsync(string sql, Guid linkId, string address, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.With(linkId).With(address);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
