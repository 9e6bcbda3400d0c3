using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Outbox;

/// <summary>The outbox as a feed: places are given after the commit, by one dispatcher at a time, and read in order.</summary>
public sealed class OutboxFeed([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    // Transactions commit in another order than they took their positions. A place given only to what is committed, under a lock that the
    // transaction holds, never lets an event appear behind a reader's back. A statement's snapshot is older than its lock: what the holder
    // before it has placed in between is left alone by the guard of the update. The notification tells every node's feeds.
    private const string DispatchSql = """
        WITH turn AS MATERIALIZED (
            SELECT pg_try_advisory_xact_lock(1953854326) AS mine
        ), waiting AS MATERIALIZED (
            SELECT position FROM tus_upload.outbox WHERE sequence IS NULL AND (SELECT mine FROM turn) ORDER BY position LIMIT $1
        ), placed AS MATERIALIZED (
            SELECT position, nextval('tus_upload.outbox_sequence') AS sequence FROM waiting ORDER BY position
        ), given AS (
            UPDATE tus_upload.outbox o SET sequence = placed.sequence FROM placed
             WHERE o.position = placed.position AND o.sequence IS NULL
            RETURNING o.sequence
        )
        SELECT count(*)::integer, pg_notify('tus_upload_events', max(sequence)::text)::text FROM given HAVING count(*) > 0
        """;

    private const string ReadSql = """
        SELECT sequence, event_id, type, user_id, uploader_id, subject, data::text, occurred_at FROM tus_upload.outbox
         WHERE sequence > $1 ORDER BY sequence LIMIT $2
        """;

    private const string ReadOfUserSql = """
        SELECT sequence, event_id, type, user_id, uploader_id, subject, data::text, occurred_at FROM tus_upload.outbox
         WHERE (user_id = $3 OR uploader_id = $3) AND sequence > $1 ORDER BY sequence LIMIT $2
        """;

    private const string LastSql = "SELECT COALESCE(max(sequence), 0) FROM tus_upload.outbox";

    private const string TrimSql = """
        DELETE FROM tus_upload.outbox WHERE position IN (
            SELECT position FROM tus_upload.outbox WHERE sequence IS NOT NULL AND occurred_at < $1 ORDER BY position LIMIT $2)
        """;

    /// <summary>The channel that tells of new places; its payload is the newest.</summary>
    public const string Channel = "tus_upload_events";

    /// <summary>Gives places to at most <paramref name="limit"/> events. Says how many; 0 also when another dispatcher is at it.</summary>
    public async Task<int> DispatchAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DispatchSql);
        command.With(limit);
        return await command.ExecuteScalarAsync(cancellationToken) is int count ? count : 0;
    }

    /// <summary>Events after a place, in order. <paramref name="userId"/> null: everybody's.</summary>
    public async Task<IReadOnlyList<FeedEvent>> ReadAsync(long after, int limit, string? userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(userId is null ? ReadSql : ReadOfUserSql);
        command.With(after).With(limit);
        if (userId is not null)
        {
            command.With(userId);
        }

        var events = new List<FeedEvent>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            events.Add(new(
                row.GetInt64(0),
                row.GetGuid(1),
                row.GetString(2),
                row.GetString(3),
                row.IsDBNull(4) ? null : row.GetString(4),
                row.GetGuid(5),
                row.GetString(6),
                row.GetFieldValue<DateTimeOffset>(7)));
        }

        return events;
    }

    /// <summary>The newest place.</summary>
    public async Task<long> LastAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LastSql);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Removes placed events older than <paramref name="before"/>; says how many.</summary>
    public async Task<int> TrimAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TrimSql);
        command.With(before).With(limit);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>An event with its place in the feed. <paramref name="Data"/> is a JSON object.</summary>
/// <param name="UploaderId">In whose feed it is besides; null: nobody's.</param>
public sealed record FeedEvent(
    long Sequence, Guid EventId, string Type, string UserId, string? UploaderId, Guid Subject, string Data, DateTimeOffset OccurredAt);
