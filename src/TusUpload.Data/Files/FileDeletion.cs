using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Files;

/// <summary>A file that its owner deletes: invisible and no longer counted at once, its bytes removed afterwards by a job.</summary>
public sealed class FileDeletion([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string Which = "id = $2 AND user_id = $3 AND deleted_at IS NULL AND processing_status IN ('ready', 'rejected', 'failed')";

    // What it used, or still held after it failed, goes back at every level in the statement that marks it.
    private const string Marked = $"""
            RETURNING *, CASE WHEN processing_status = 'ready' THEN file_size ELSE 0 END AS used
        ), {FileEvents.Unhold}, change AS (
            SELECT file.user_id, file.workspace_id, file.link_id, -COALESCE(held.reserved_size, 0) AS reserved, -file.used AS used,
                   0 AS files, 0 AS visits
              FROM file LEFT JOIN held ON held.id = file.id
        ), {StorageCounting.Sql}, content AS (
            UPDATE tus_upload.file_checksums c SET reference_count = c.reference_count - 1
              FROM file WHERE c.checksum = file.sha256 AND file.processing_status = 'ready' AND {StorageCounting.Done}
        )
        SELECT id FROM file
        """;

    private const string DeleteSql = $"""
        WITH file AS (
            UPDATE tus_upload.files SET deleted_at = $1 WHERE {Which} AND ($4 IS NULL OR version = $4)
        {Marked}
        """;

    // A page of files was read a while ago: one that has been moved out since is not purged.
    private const string PurgeSql = $"""
        WITH file AS (
            UPDATE tus_upload.files SET deleted_at = $1
             WHERE {Which} AND folder_id IS NOT DISTINCT FROM $5 AND (
                   EXISTS (SELECT FROM tus_upload.folders root WHERE root.id = $4 AND root.deleted_with = root.id AND root.deleted_at = 'epoch')
                   OR EXISTS (SELECT FROM tus_upload.workspaces root WHERE root.id = $4 AND root.deleted_at = 'epoch'))
        {Marked}
        """;

    // A file that failed after it was stored has its object's key in the journal only.
    private const string WaitingSql = """
        SELECT id, COALESCE(storage_path, (SELECT max(output ->> 'storagePath') FROM tus_upload.step_journal WHERE file_id = files.id))
          FROM tus_upload.files
         WHERE deleted_at IS NOT NULL AND deleted_at < $1 AND (content_node = $3 OR content_node IS NULL)
         ORDER BY deleted_at LIMIT $2
        """;

    // The session goes too: HEAD of a deleted file's upload is 404 like that of any other upload that is no more.
    private const string ForgetSql = """
        WITH file AS (DELETE FROM tus_upload.files WHERE id = $1 AND deleted_at IS NOT NULL RETURNING id)
        DELETE FROM tus_upload.upload_sessions s USING file WHERE s.id = file.id
        """;

    // One at a time leaves an object: of two files that go together the second finds itself alone, and takes the object along. A statement of its own,
    // for the next one has to see what the one before has committed.
    private const string TakeTurnSql = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))::text";

    private const string ForgetSharedSql = """
        WITH file AS (
            DELETE FROM tus_upload.files
             WHERE id = $1 AND deleted_at IS NOT NULL AND EXISTS (SELECT FROM tus_upload.files WHERE storage_path = $2 AND id <> $1)
            RETURNING id
        ), session AS (
            DELETE FROM tus_upload.upload_sessions s USING file WHERE s.id = file.id
        )
        SELECT id FROM file
        """;

    /// <inheritdoc cref="DeleteAsync(Guid, string, int?, DateTimeOffset, CancellationToken)"/>
    public Task<bool> DeleteAsync(Guid id, string userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        DeleteAsync(id, userId, version: null, now, cancellationToken);

    /// <summary>Marks the file; false when this user has no such file, of this version, that has ended its way.</summary>
    /// <param name="version">Null: any.</param>
    public async Task<bool> DeleteAsync(Guid id, string userId, int? version, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(DeleteSql);
        command.With(now).With(id).With(userId).With(version);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid;
    }

    /// <summary>The same for a file that lies below a root of the trash; false also where that is not marked to be purged, or the file lies elsewhere by now.</summary>
    public async Task<bool> PurgeAsync(Guid id, string userId, Guid root, Guid? folderId, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(PurgeSql);
        command.With(now).With(id).With(userId).With(root).With(folderId);
        return await command.ExecuteScalarAsync(cancellationToken) is Guid;
    }

    /// <summary>
    /// Files deleted before <paramref name="before"/> whose object and rows are still there, oldest first: those whose bytes
    /// <paramref name="node"/> or every node reaches.
    /// </summary>
    public async Task<IReadOnlyList<(Guid Id, string? StoragePath)>> WaitingAsync(
        Guid node, DateTimeOffset before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(WaitingSql);
        command.With(before).With(limit).With(node);
        var files = new List<(Guid, string?)>();
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
        {
            files.Add((row.GetGuid(0), row.IsDBNull(1) ? null : row.GetString(1)));
        }

        return files;
    }

    /// <summary>
    /// Removes the rows of a deleted file whose object another file has too. False: it is the only one, and the object goes first.
    /// </summary>
    public async Task<bool> ForgetSharedAsync(Guid id, string storagePath, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var turn = new NpgsqlCommand(TakeTurnSql, connection, transaction))
        {
            turn.With(storagePath);
            await turn.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var command = new NpgsqlCommand(ForgetSharedSql, connection, transaction);
        command.With(id).With(storagePath);
        var isShared = await command.ExecuteScalarAsync(cancellationToken) is Guid;
        await transaction.CommitAsync(cancellationToken);
        return isShared;
    }

    /// <summary>Removes the rows. Said after the object is gone: dying in between only removes it twice.</summary>
    public async Task ForgetAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(ForgetSql);
        command.With(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
