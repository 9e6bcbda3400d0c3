using Npgsql;

using TusUpload.Data.Nodes;

namespace TusUpload.Data.Sessions;

/// <summary>
/// What nodes ask each other: let this upload go. Written only when two nodes meet at one upload. A row is good for a second or two; what somebody who
/// died left behind, the next one who asks removes.
/// </summary>
public sealed class LeaseRequests(NpgsqlDataSource database)
{
    // Nobody is asked who does not live: his lease counts for nothing. The channel is the asked node's own, so no other is woken.
    private const string AskSql = $"""
        WITH forgotten AS (
            DELETE FROM tus_upload.lease_requests WHERE id IN (
                SELECT id FROM tus_upload.lease_requests WHERE asked_at NOT BETWEEN now() - interval '1 minute' AND now() + interval '1 minute'
                   FOR UPDATE SKIP LOCKED)
        ), request AS (
            INSERT INTO tus_upload.lease_requests (id, session_id, node, at_offset, is_heard, is_refused, asked_at)
            SELECT $1, $2, nodes.id, $4, false, false, now()
              FROM tus_upload.nodes, (SELECT $5 AS silence) AS longest WHERE nodes.id = $3 AND {NodeLiveness.Alive}
            RETURNING node
        )
        SELECT pg_notify('tus_upload_node_' || replace(node::text, '-', ''), '')::text FROM request
        """;

    // Nobody waits for the answer where the upload has ended already.
    private const string HearSql = """
        WITH heard AS (
            UPDATE tus_upload.lease_requests SET is_heard = true WHERE node = $1 AND NOT is_heard RETURNING id, session_id, at_offset
        )
        SELECT heard.id, heard.session_id, heard.at_offset, session.uploader_id, session.status, session.lease_node, session.lease_epoch
          FROM heard JOIN tus_upload.upload_sessions session ON session.id = heard.session_id
        """;

    private const string RefuseSql = "UPDATE tus_upload.lease_requests SET is_refused = true WHERE id = $1";

    private const string LookSql = $"""
        SELECT {SessionState.Columns},
               COALESCE((SELECT is_refused FROM tus_upload.lease_requests WHERE lease_requests.id = $3), false),
               EXISTS (SELECT FROM tus_upload.nodes, (SELECT $5 AS silence) AS longest WHERE nodes.id = $4 AND {NodeLiveness.Alive})
          FROM tus_upload.upload_sessions WHERE id = $1 AND uploader_id = $2
        """;

    private const string ForgetSql = "DELETE FROM tus_upload.lease_requests WHERE id = $1";

    /// <summary>The channel of a node. Its payload says nothing: what is asked is in the table.</summary>
    public static string ChannelOf(Guid node) => $"tus_upload_node_{node:N}";

    /// <summary>Asks the node that holds the lease; null when it does not live, and then nobody was asked.</summary>
    /// <param name="atOffset">Where whoever asks believes the upload stands; null where that does not matter.</param>
    public async Task<Guid?> AskAsync(Guid session, Guid holder, long? atOffset, TimeSpan heartbeatLimit, CancellationToken cancellationToken)
    {
        var id = Guid.CreateVersion7();
        await using var command = database.CreateCommand(AskSql);
        command.With(id).With(session).With(holder).With(atOffset).With(heartbeatLimit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? id : null;
    }

    /// <summary>What this node was asked since it heard last, each with its upload as it is now.</summary>
    public async Task<IReadOnlyList<HeardRequest>> HearAsync(Guid node, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(HearSql);
        command.With(node);
        var heard = new List<HeardRequest>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            heard.Add(new(
                row.GetGuid(0),
                row.GetGuid(1),
                row.IsDBNull(2) ? null : row.GetInt64(2),
                row.GetString(3),
                row.GetString(4),
                row.IsDBNull(5) ? null : row.GetGuid(5),
                row.GetInt64(6)));
        }

        return heard;
    }

    /// <summary>The writer that is asked for stands elsewhere and goes on.</summary>
    public Task RefuseAsync(Guid request, CancellationToken cancellationToken) => RunAsync(RefuseSql, request, cancellationToken);

    /// <summary>How it stands: the upload, null when it is not there; whether the request was refused; whether the asked node still lives.</summary>
    public async Task<(SessionState? State, bool IsRefused, bool HolderLives)> LookAsync(
        Guid request, SessionState asked, TimeSpan heartbeatLimit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(LookSql);
        command.With(asked.Id).With(asked.UploaderId).With(request).With(asked.LeaseNode).With(heartbeatLimit);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (SessionState.Read(row), row.GetBoolean(SessionState.ColumnCount), row.GetBoolean(SessionState.ColumnCount + 1))
            : (null, false, false);
    }

    /// <summary>Whoever asked has its answer, or has waited enough.</summary>
    public Task ForgetAsync(Guid request, CancellationToken cancellationToken) => RunAsync(ForgetSql, request, cancellationToken);

    private async Task RunAsync(string sql, Guid request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.With(request);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>One request as the asked node reads it: who is to be let go, and the lease of that moment.</summary>
public sealed record HeardRequest(Guid Id, Guid SessionId, long? AtOffset, string UploaderId, string Status, Guid? LeaseNode, long LeaseEpoch);
