using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Batches;
using TusUpload.Data.Connections;

namespace TusUpload.Data.Sessions;

/// <summary>Offsets that become true. Every commit is fenced: it names the epoch it was written under and the offset it starts from.</summary>
public sealed class SessionCommits([FromKeyedServices(Pools.Commits)] NpgsqlDataSource database)
{
#if BROKEN_FENCE
    // Never shipped: tests/faults is built once like this, and has to find what it lets through.
    private const string CommitFence = "true";
    private const string CheckpointFence = "true";
#else
    private const string CommitFence = "lease_node = $4 AND lease_epoch = $5 AND uploaded_size = $6";
    private const string CheckpointFence = "s.lease_node = $6 AND s.lease_epoch = span.epoch AND s.uploaded_size = span.start_at";
#endif

    // The end of a PATCH. The last byte and the fact that it was the last are one statement, so they are one transaction. An expiry that was
    // extended by hand is not taken back.
    private const string CommitSql = $"""
        WITH session AS (
            UPDATE tus_upload.upload_sessions
               SET uploaded_size = $7,
                   completed_chunks = completed_chunks + CASE WHEN $7 > $6 THEN 1 ELSE 0 END,
                   chunk_size = GREATEST(chunk_size, $7 - $6),
                   status = CASE WHEN total_size = $7 AND $10 AND NOT is_partial THEN 'received' ELSE status END,
                   lease_node = NULL, last_activity_at = $1, expires_at = GREATEST(expires_at, $9)
             WHERE id = $3 AND {CommitFence} AND status = 'receiving'
            RETURNING *
        ), chunk AS (
            INSERT INTO tus_upload.upload_chunks (session_id, chunk_index, chunk_offset, chunk_size, checksum, uploaded_at)
            SELECT id, completed_chunks - 1, $6, $7 - $6, $8, $1 FROM session WHERE $7 > $6
        ), {SessionEvents.Received}, {BatchCounting.Sql}
        SELECT {SessionState.Columns} FROM session
        """;

    // Of running uploads: all of a node in one statement, one span each; locked by id, since who makes one upload of several locks several too. Never the last byte, which only CommitSql can make the last.
    private const string CheckpointSql = $"""
        WITH spans AS (
            SELECT * FROM unnest($1, $2, $3, $4, $5) AS span (id, epoch, start_at, end_at, checksum)
        ), held AS MATERIALIZED (
            SELECT s.id FROM tus_upload.upload_sessions s JOIN spans ON spans.id = s.id ORDER BY s.id FOR NO KEY UPDATE OF s
        ), session AS (
            UPDATE tus_upload.upload_sessions s
               SET uploaded_size = span.end_at, completed_chunks = completed_chunks + 1,
                   chunk_size = GREATEST(chunk_size, span.end_at - span.start_at), last_activity_at = $7, expires_at = GREATEST(s.expires_at, $8)
              FROM spans span, held
             WHERE s.id = span.id AND s.id = held.id AND {CheckpointFence}
               AND s.status = 'receiving' AND s.total_size IS DISTINCT FROM span.end_at
            RETURNING s.id, s.completed_chunks - 1 AS chunk_index, span.start_at, span.end_at, span.checksum
        ), chunk AS (
            INSERT INTO tus_upload.upload_chunks (session_id, chunk_index, chunk_offset, chunk_size, checksum, uploaded_at)
            SELECT id, chunk_index, start_at, end_at - start_at, checksum, $7 FROM session
        )
        SELECT id FROM session
        """;

    /// <summary>
    /// Commits a span, lets the lease go and, where the span ends at the upload's length, completes it. An empty span only lets go.
    /// Null when the fence held it back: a newer lease exists, or the upload has ended.
    /// </summary>
    /// <param name="sha256">Digest of the whole, where one process saw it all in order.</param>
    /// <param name="finishes">False: the length does not complete it; its client has still to say so.</param>
    public async Task<SessionState?> CommitAsync(
        SessionState lease,
        CommittedSpan span,
        string? sha256,
        bool finishes,
        DateTimeOffset now,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CommitSql);
        command
            .With(now)
            .With(sha256)
            .With(lease.Id)
            .With(lease.LeaseNode)
            .With(lease.LeaseEpoch)
            .With(span.Start)
            .With(span.End)
            .With(span.Checksum)
            .With(expiresAt)
            .With(finishes);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? SessionState.Read(row) : null;
    }

    /// <summary>Commits spans of uploads that go on. Those whose fence held them back are not among the ids returned.</summary>
    public async Task<IReadOnlySet<Guid>> CheckpointAsync(
        Guid node,
        IReadOnlyList<(SessionState Lease, CommittedSpan Span)> spans,
        DateTimeOffset now,
        DateTimeOffset expiresAt,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CheckpointSql);
        command
            .With(spans.Select(entry => entry.Lease.Id).ToArray())
            .With(spans.Select(entry => entry.Lease.LeaseEpoch).ToArray())
            .With(spans.Select(entry => entry.Span.Start).ToArray())
            .With(spans.Select(entry => entry.Span.End).ToArray())
            .With(spans.Select(entry => entry.Span.Checksum).ToArray())
            .With(node)
            .With(now)
            .With(expiresAt);
        var committed = new HashSet<Guid>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            committed.Add(row.GetGuid(0));
        }

        return committed;
    }
}
