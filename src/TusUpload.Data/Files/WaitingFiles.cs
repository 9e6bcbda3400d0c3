using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Nodes;

namespace TusUpload.Data.Files;

/// <summary>Files that wait for their end, and the jobs that were made for them.</summary>
public sealed class WaitingFiles([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    // Only a job that another node may have to fetch is told of: a notification makes commits wait for each other.
    private const string QueuedSql = """
        WITH file AS MATERIALIZED (
            SELECT id FROM tus_upload.files WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE
        ), queued AS (
            UPDATE tus_upload.files f SET job_id = $2 FROM file WHERE f.id = file.id RETURNING f.id
        )
        SELECT CASE WHEN $3 THEN pg_notify('tus_upload_jobs', '')::text END FROM queued LIMIT 1
        """;

    private const string TellSql = $"SELECT pg_notify('{Channel}', '')";

    private const string FindSql = """
        SELECT id, content_node FROM tus_upload.files
         WHERE id = $1 AND processing_status IN ('received', 'verifying', 'scanning', 'storing') AND deleted_at IS NULL
        """;

    private const string UnqueuedSql = """
        SELECT id, content_node FROM tus_upload.files
         WHERE processing_status IN ('received', 'verifying', 'scanning', 'storing') AND deleted_at IS NULL
           AND job_id IS NULL AND created_at < $1
         ORDER BY created_at LIMIT $2
        """;

    // Keyset pages: a long queue is walked from its oldest file to its newest, a page at a time.
    private const string UnfinishedSql = $"""
        SELECT id, content_node, job_id, processing_node, created_at,
               EXISTS (SELECT FROM tus_upload.nodes, (SELECT $5 AS silence) AS longest
                        WHERE nodes.id = processing_node AND {NodeLiveness.Alive})
          FROM tus_upload.files
         WHERE processing_status IN ('received', 'verifying', 'scanning', 'storing') AND deleted_at IS NULL
           AND job_id IS NOT NULL AND created_at < $1 AND (created_at, id) > ($3, $4)
         ORDER BY created_at, id LIMIT $2
        """;

    private const string OldestSql = """
        SELECT min(created_at) FROM tus_upload.files
         WHERE processing_status IN ('received', 'verifying', 'scanning', 'storing') AND deleted_at IS NULL
        """;

    /// <summary>The channel that tells of jobs which another node may fetch.</summary>
    public const string Channel = "tus_upload_jobs";

    /// <summary>Records the job that works on the files; said after the job exists, so a crash in between only makes a second, idle job.</summary>
    public async Task MarkQueuedAsync(Guid[] ids, string jobId, bool tellNodes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(QueuedSql);
        command.With(ids).With(jobId).With(tellNodes);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Tells other nodes that there are jobs they may fetch.</summary>
    public async Task TellNodesAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TellSql);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A file that has not ended; null when it has, or is not there.</summary>
    public async Task<WaitingFile?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.With(id);
        return (await ReadAsync(command, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Files received before <paramref name="before"/> that no job was made for, oldest first.</summary>
    public async Task<IReadOnlyList<WaitingFile>> UnqueuedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UnqueuedSql);
        command.With(before).With(limit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Files received before <paramref name="before"/> with a job that has not ended them, oldest first.</summary>
    /// <param name="after">The last file of the page before; null for the first page.</param>
    /// <param name="nodeSilence">A node that has been silent for longer does not live.</param>
    public async Task<IReadOnlyList<UnfinishedFile>> UnfinishedAsync(
        DateTimeOffset before, UnfinishedFile? after, int limit, TimeSpan nodeSilence, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(UnfinishedSql);
        command.With(before).With(limit).With(after?.ReceivedAt ?? DateTimeOffset.UnixEpoch).With(after?.Id ?? Guid.Empty).With(nodeSilence);
        var files = new List<UnfinishedFile>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            files.Add(new(
                row.GetGuid(0),
                row.IsDBNull(1) ? null : row.GetGuid(1),
                row.GetString(2),
                row.IsDBNull(3) ? null : row.GetGuid(3),
                row.GetFieldValue<DateTimeOffset>(4),
                row.GetBoolean(5)));
        }

        return files;
    }

    /// <summary>When the oldest file that has not ended was received; null when every file has.</summary>
    public async Task<DateTimeOffset?> OldestAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(OldestSql);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) && !row.IsDBNull(0) ? row.GetFieldValue<DateTimeOffset>(0) : null;
    }

    private static async Task<IReadOnlyList<WaitingFile>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var files = new List<WaitingFile>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            files.Add(new(row.GetGuid(0), row.IsDBNull(1) ? null : row.GetGuid(1)));
        }

        return files;
    }
}

/// <summary>A file that has not ended, and the node whose disk holds its bytes; null where every node reaches them.</summary>
public sealed record WaitingFile(Guid Id, Guid? ContentNode);

/// <summary>A file with a job that has not ended it.</summary>
/// <param name="ProcessingNode">The node that began it last.</param>
/// <param name="NodeLives">That node has a heartbeat.</param>
public sealed record UnfinishedFile(
    Guid Id, Guid? ContentNode, string JobId, Guid? ProcessingNode, DateTimeOffset ReceivedAt, bool NodeLives);
