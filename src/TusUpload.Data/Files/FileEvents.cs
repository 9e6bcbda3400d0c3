namespace TusUpload.Data.Files;

/// <summary>Fragments that statements on files share. They read a CTE <c>file</c> of whole rows; <c>$1</c> is the time.</summary>
internal static class FileEvents
{
    /// <summary>The data of every <c>file.*</c> event: the file as the API shows it.</summary>
    public const string Data = """
        jsonb_build_object('id', file.id, 'fileName', file.file_name, 'fileSize', file.file_size, 'contentType', file.content_type,
            'processingStatus', file.processing_status, 'sha256', file.sha256, 'storagePath', file.storage_path,
            'workspaceId', file.workspace_id, 'folderId', file.folder_id, 'linkId', file.link_id, 'batchId', file.batch_id,
            'createdAt', file.created_at, 'readyAt', file.ready_at,
            'rejection', CASE WHEN file.rejection_code IS NULL THEN NULL
                ELSE jsonb_build_object('code', file.rejection_code, 'message', file.rejection_message) END)
        """;

    /// <summary>What a completion is measured by; reads the session <c>s</c> as well.</summary>
    public const string Metric = """
        jsonb_build_object('bytes', file.file_size, 'chunks', s.completed_chunks,
            'receiveMs', (EXTRACT(EPOCH FROM file.created_at - s.created_at) * 1000)::bigint,
            'processMs', (EXTRACT(EPOCH FROM $1 - file.created_at) * 1000)::bigint)
        """;

    /// <summary>
    /// Gives back what was held for the file's upload, once: the session's reserved_size goes to zero. Needs a CTE <c>file</c>; gives <c>held</c>
    /// (the old row) to the fragments after it.
    /// </summary>
    public const string Unhold = """
        held AS MATERIALIZED (
            SELECT s.id, s.user_id, s.workspace_id, s.link_id, s.reserved_size
              FROM tus_upload.upload_sessions s JOIN file ON s.id = file.id ORDER BY s.id FOR NO KEY UPDATE OF s
        ), unheld AS (
            UPDATE tus_upload.upload_sessions s SET reserved_size = 0 FROM held WHERE s.id = held.id
        )
        """;
}
