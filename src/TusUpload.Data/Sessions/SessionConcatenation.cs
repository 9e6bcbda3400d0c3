using Npgsql;

using TusUpload.Data.Files;

namespace TusUpload.Data.Sessions;

/// <summary>
/// POST of a final upload: one transaction of a few statements, all or nothing. What its parts hold stays held by them until the last of them
/// is complete; then it moves to the final upload, and no counter moves. Dying before the commit leaves the parts as they were; after it, only the
/// answer is lost, and the same request again finds the final upload.
/// </summary>
public sealed class SessionConcatenation(NpgsqlDataSource database)
{
    // By id: two transactions that want the same parts meet at the first of them. The rows are read in their newest version.
    private const string LockSql = """
        SELECT id, status, is_partial, expires_at, final_id, total_size, uploaded_size, reserved_size, user_id, workspace_id, link_id, content_node, created_at
          FROM tus_upload.upload_sessions
         WHERE id = ANY ($1) AND uploader_id = $2
         ORDER BY id FOR NO KEY UPDATE
        """;

    private const string FinalSql = $"SELECT {SessionState.Columns}, part_ids FROM tus_upload.upload_sessions WHERE id = $1";

    // Whoever had the key was made under it by an earlier try: the parts that are there now are what their client means.
    private const string FreeKeySql = """
        UPDATE tus_upload.upload_sessions SET resume_key = NULL
         WHERE uploader_id = $1 AND resume_key = $2 AND status IN ('receiving', 'received')
        """;

    // Of several places all users come before any workspace, and those before any link: each in one statement, by id.
    private static readonly string[] PlacesSql =
    [
        "SELECT id FROM tus_upload.users WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
        "SELECT id FROM tus_upload.workspaces WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
        "SELECT id FROM tus_upload.links WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE",
    ];

    // Parts go where their final goes: what they hold elsewhere is given back there, and the admission of the final takes it where it goes.
    private const string GiveBackSql = $"""
        WITH change AS (
            SELECT $2 AS user_id, $3 AS workspace_id, $4 AS link_id, -$5 AS reserved, 0 AS used, 0 AS files, 0 AS visits
        ), {StorageCounting.Sql}
        SELECT {StorageCounting.Done}
        """;

    private const string BindSql = """
        WITH part AS (
            UPDATE tus_upload.upload_sessions SET final_id = $1, user_id = $6, workspace_id = $2, link_id = $3 WHERE id = ANY ($4)
        )
        UPDATE tus_upload.upload_sessions SET part_ids = $4, concat = $5, reserved_size = 0 WHERE id = $1
        """;

    /// <param name="final">
    /// Where it goes and what it is called; sizes and the node of its content come from the parts. Where it does not finish, it is not
    /// received before <see cref="SessionJoins.JoinAsync"/>, though its parts be complete.
    /// </param>
    /// <param name="parts">In order, each once.</param>
    /// <param name="concat">Upload-Concat to the letter.</param>
    /// <param name="largest">Bytes that all parts together may have; null: no limit.</param>
    public async Task<Concatenation> ConcatenateAsync(
        NewSession final, Guid[] parts, string concat, long? largest, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Where names are let in once, this one's turn comes before anything else that somebody may wait for.
        await using (var turn = new NpgsqlCommand(TakenNames.TurnSql, connection, transaction))
        {
            turn.With(final.WorkspaceId).With(final.FileName);
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        // 1. The parts.
        var found = await LockAsync(transaction, parts, final.UploaderId, cancellationToken);
        if (await FindTwinAsync(transaction, found, parts, cancellationToken) is { } twin)
        {
            return new(ConcatenationOutcome.Adopted) { Final = twin };
        }

        if (Refuse(found, parts, final.Now, largest) is { } refusal)
        {
            return new(refusal);
        }

        // 2. What they hold elsewhere, and the final itself with all that a POST asks for: quota, folder, link, batch.
        var moved = found.FindAll(part => (part.UserId, part.WorkspaceId, part.LinkId) != (final.UserId, final.WorkspaceId, final.LinkId));
        await FreeKeyAsync(transaction, final, cancellationToken);
        await LockPlacesAsync(transaction, moved, final, cancellationToken);
        await GiveBackAsync(transaction, moved, final.Now, cancellationToken);
        var session = final with
        {
            TotalSize = found.Any(part => part.Size is null) ? null : found.Sum(part => part.Size!.Value),
            Held = moved.Sum(part => part.Reserved),
            Finishes = false,
            ContentNode = found.Find(part => part.ContentNode is not null)?.ContentNode,

            // What began in time may be finished.
            Begun = found.TrueForAll(part => part.LinkId == final.LinkId) ? found.Max(part => part.CreatedAt) : null,
        };
        var admission = await SessionCreation.CreateAsync(session, transaction, cancellationToken);
        if (!admission.Made)
        {
            return new(ConcatenationOutcome.NotAdmitted) { Admission = admission, Moved = session.Held ?? 0 };
        }

        // 3. They are one now, and received where all of them are complete.
        await BindAsync(transaction, session, parts, concat, cancellationToken);
        if (final.Finishes)
        {
            await using var join = SessionJoins.Join(transaction, final.Id, final.Now);
            await join.ExecuteNonQueryAsync(cancellationToken);
        }

        var state = await FinalAsync(transaction, final.Id, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new(ConcatenationOutcome.Made) { Final = state!.Value.State };
    }

    private static ConcatenationOutcome? Refuse(List<Part> found, Guid[] parts, DateTimeOffset now, long? largest)
    {
        if (found.Count < parts.Length)
        {
            return ConcatenationOutcome.PartNotFound;
        }

        if (found.Exists(part => !part.IsPartial))
        {
            return ConcatenationOutcome.NotPartial;
        }

        if (found.Exists(part => part.HasEnded))
        {
            return ConcatenationOutcome.PartNotFound;
        }

        if (found.Exists(part => part.FinalId is not null))
        {
            return ConcatenationOutcome.PartTaken;
        }

        if (found.Exists(part => part.ExpiresAt <= now))
        {
            return ConcatenationOutcome.PartNotFound;
        }

        if (found.Where(part => part.ContentNode is not null).DistinctBy(part => part.ContentNode).Count() > 1)
        {
            return ConcatenationOutcome.PartsApart;
        }

        // A length that is not told yet counts with what has come. Each is at most the largest upload, so the sum is no overflow.
        return found.Sum(part => (decimal)(part.Size ?? part.Uploaded)) > (largest ?? long.MaxValue) ? ConcatenationOutcome.TooLarge : null;
    }

    /// <summary>The final upload that has exactly these parts in this order; null when there is none.</summary>
    private static async Task<SessionState?> FindTwinAsync(
        NpgsqlTransaction transaction, List<Part> found, Guid[] parts, CancellationToken cancellationToken)
    {
        if (found.Count < parts.Length || found[0].FinalId is not { } finalId || found.Exists(part => part.HasEnded))
        {
            return null;
        }

        return await FinalAsync(transaction, finalId, cancellationToken) is { } final
            && final.State.Status is SessionStatus.Receiving or SessionStatus.Received && final.Parts.SequenceEqual(parts)
            ? final.State
            : null;
    }

    private static async Task<List<Part>> LockAsync(NpgsqlTransaction transaction, Guid[] parts, string uploaderId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LockSql, transaction.Connection, transaction);
        command.With(parts).With(uploaderId);
        var found = new List<Part>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            found.Add(new(
                row.GetString(1),
                row.GetBoolean(2),
                row.GetFieldValue<DateTimeOffset>(3),
                row.IsDBNull(4) ? null : row.GetGuid(4),
                row.IsDBNull(5) ? null : row.GetInt64(5),
                row.GetInt64(6),
                row.GetInt64(7),
                row.GetString(8),
                row.GetGuid(9),
                row.IsDBNull(10) ? null : row.GetGuid(10),
                row.IsDBNull(11) ? null : row.GetGuid(11),
                row.GetFieldValue<DateTimeOffset>(12)));
        }

        return found;
    }

    private static async Task<(SessionState State, Guid[] Parts)?> FinalAsync(
        NpgsqlTransaction transaction, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FinalSql, transaction.Connection, transaction);
        command.With(id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? (SessionState.Read(row), row.GetFieldValue<Guid[]>(row.GetOrdinal("part_ids")))
            : null;
    }

    private static async Task FreeKeyAsync(NpgsqlTransaction transaction, NewSession final, CancellationToken cancellationToken)
    {
        if (final.ResumeKey is null)
        {
            return;
        }

        await using var command = new NpgsqlCommand(FreeKeySql, transaction.Connection, transaction);
        command.With(final.UploaderId).With(final.ResumeKey);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task LockPlacesAsync(NpgsqlTransaction transaction, List<Part> moved, NewSession final, CancellationToken cancellationToken)
    {
        if (moved.Count == 0)
        {
            return;
        }

        await using var batch = new NpgsqlBatch(transaction.Connection, transaction);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PlacesSql[0]).With(moved.Select(part => part.UserId).Append(final.UserId).ToArray()));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(PlacesSql[1]).With(moved.Select(part => part.WorkspaceId).Append(final.WorkspaceId).ToArray()));
        batch.BatchCommands.Add(
            new NpgsqlBatchCommand(PlacesSql[2]).With(moved.Select(part => part.LinkId).Append(final.LinkId).OfType<Guid>().ToArray()));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task GiveBackAsync(NpgsqlTransaction transaction, List<Part> moved, DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var place in moved.GroupBy(part => (part.UserId, part.WorkspaceId, part.LinkId)))
        {
            await using var command = new NpgsqlCommand(GiveBackSql, transaction.Connection, transaction);
            command.With(now).With(place.Key.UserId).With(place.Key.WorkspaceId).With(place.Key.LinkId).With(place.Sum(part => part.Reserved));
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task BindAsync(
        NpgsqlTransaction transaction, NewSession session, Guid[] parts, string concat, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(BindSql, transaction.Connection, transaction);
        command.With(session.Id).With(session.WorkspaceId).With(session.LinkId).With(parts).With(concat).With(session.UserId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private sealed record Part(
        string Status,
        bool IsPartial,
        DateTimeOffset ExpiresAt,
        Guid? FinalId,
        long? Size,
        long Uploaded,
        long Reserved,
        string UserId,
        Guid WorkspaceId,
        Guid? LinkId,
        Guid? ContentNode,
        DateTimeOffset CreatedAt)
    {
        public bool HasEnded => Status is SessionStatus.Expired or SessionStatus.Terminated;
    }
}
