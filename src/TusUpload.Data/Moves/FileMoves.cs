using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Moves;

/// <summary>
/// What unfinished moves are called by their stores. Two processes may be at one file, when a job was taken for lost that was not: the first name that is
/// noted stands, and both go on with it.
/// </summary>
public sealed class FileMoves([FromKeyedServices(Pools.Jobs)] NpgsqlDataSource database)
{
    private const string FindSql = "SELECT remote_id FROM tus_upload.file_moves WHERE file_id = $1 AND storage_path = $2";

    // A name that is no longer good gives way to the one after it, and only to that.
    private const string RememberSql = """
        INSERT INTO tus_upload.file_moves AS m (file_id, storage_path, remote_id, begun_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (file_id) DO UPDATE
               SET storage_path = excluded.storage_path, begun_at = excluded.begun_at,
                   remote_id = CASE WHEN m.storage_path = excluded.storage_path AND m.remote_id IS DISTINCT FROM $5
                                    THEN m.remote_id ELSE excluded.remote_id END
        RETURNING remote_id
        """;

    private const string ForgetSql = "DELETE FROM tus_upload.file_moves WHERE file_id = $1";

    private const string AskSql = "SELECT m.remote_id FROM tus_upload.files f LEFT JOIN tus_upload.file_moves m ON m.file_id = f.id WHERE f.id = $1";

    /// <summary>What the store calls a file's unfinished move to this place; null where none was begun.</summary>
    public async Task<string?> FindAsync(Guid fileId, string storagePath, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.With(fileId).With(storagePath);
        return await command.ExecuteScalarAsync(cancellationToken) as string;
    }

    /// <summary>
    /// Notes a move that was begun, in the place of <paramref name="inPlaceOf"/> where that one is gone from the store. The name that stands: another one where
    /// another process was first. Dying before it leaves something at the store that nobody knows, which the store's sweep finds.
    /// </summary>
    public async Task<string> RememberAsync(
        Guid fileId, string storagePath, string remoteId, string? inPlaceOf, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(RememberSql);
        command.With(fileId).With(storagePath).With(remoteId).With(now).With(inPlaceOf);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The move is over; again is no error.</summary>
    public async Task ForgetAsync(Guid fileId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ForgetSql);
        command.With(fileId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether there is such a file, and what its unfinished move is called; a file that is deleted is there until its object is gone.</summary>
    public async Task<(bool IsKnown, string? RemoteId)> AskAsync(Guid fileId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AskSql);
        command.With(fileId);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? (true, row.IsDBNull(0) ? null : row.GetString(0)) : (false, null);
    }
}
