using Npgsql;

namespace TusUpload.Data.Sessions;

/// <summary>Uploads that their clients find again by the key they gave them.</summary>
public sealed class SessionKeys(NpgsqlDataSource database)
{
    // A file that was refused or deleted is to be sent again; so is one that goes elsewhere or is of another length or promise. What lies in the trash
    // is not safe there: whoever asks for it is told what any other POST is told that goes to that place.
    private const string FindSql = """
        SELECT id,
               COALESCE(NOT is_partial AND (part_ids IS NULL OR status = 'received') AND workspace_id = $3 AND (folder_id IS NOT DISTINCT FROM $4 OR ($4 IS NULL AND $5 IS NOT NULL)) AND link_id IS NOT DISTINCT FROM $5
                   AND batch_id IS NOT DISTINCT FROM $6 AND total_size IS NOT DISTINCT FROM $7
                   AND ($8 IS NULL OR file_hash IS NULL OR file_hash = $8)
                   AND ($9 IS NULL OR promised_sha512 IS NULL OR promised_sha512 = $9)
                   AND EXISTS (SELECT FROM tus_upload.workspaces space WHERE space.id = session.workspace_id AND space.deleted_at IS NULL)
                   AND CASE status
                       WHEN 'receiving' THEN expires_at > $10
                           AND NOT EXISTS (SELECT FROM tus_upload.folders f WHERE f.id = session.folder_id AND f.deleted_at IS NOT NULL)
                       ELSE EXISTS (
                           SELECT FROM tus_upload.files file
                            WHERE file.id = session.id AND file.deleted_at IS NULL AND file.processing_status <> 'rejected'
                              AND NOT EXISTS (SELECT FROM tus_upload.folders f WHERE f.id = file.folder_id AND f.deleted_at IS NOT NULL))
                   END, false)
          FROM tus_upload.upload_sessions session
         WHERE uploader_id = $1 AND resume_key = $2 AND status IN ('receiving', 'received')
        """;

    // The older one first, or the key would for a moment be there twice.
    private const string TakeSql = """
        WITH older AS (UPDATE tus_upload.upload_sessions SET resume_key = NULL WHERE id = $1 AND resume_key = $3 RETURNING id)
        UPDATE tus_upload.upload_sessions SET resume_key = $3 WHERE id = $2 AND EXISTS (SELECT FROM older)
        """;

    /// <summary>The upload that has the new one's uploader and key, and whether it is the same upload begun before; null when there is none.</summary>
    public async Task<KeyedSession?> FindAsync(NewSession wanted, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command
            .With(wanted.UploaderId)
            .With(wanted.ResumeKey)
            .With(wanted.WorkspaceId)
            .With(wanted.FolderId)
            .With(wanted.LinkId)
            .With(wanted.BatchId)
            .With(wanted.TotalSize)
            .With(wanted.FileHash)
            .With(wanted.PromisedSha512)
            .With(now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? new(row.GetGuid(0), row.GetBoolean(1)) : null;
    }

    /// <summary>
    /// Gives an older upload's key to a newer one. Nothing happens when the older one has lost it already. Dying before it leaves the key with the
    /// older upload, and the newer one is found by its address only.
    /// </summary>
    public async Task TakeAsync(Guid olderId, Guid newerId, string key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TakeSql);
        command.With(olderId).With(newerId).With(key);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>An upload found by its key.</summary>
/// <param name="IsSame">False: another file, length or place; it must not be taken for the upload that is asked for.</param>
public sealed record KeyedSession(Guid Id, bool IsSame);
