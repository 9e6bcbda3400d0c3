namespace TusUpload.Data.Sessions;

/// <summary>Fragments that statements on sessions share. They read a CTE <c>session</c> of whole rows; <c>$1</c> is the time.</summary>
internal static class SessionEvents
{
    /// <summary>The data of every <c>upload.*</c> event.</summary>
    public const string Data = """
        jsonb_build_object('id', session.id, 'fileName', session.file_name, 'totalSize', session.total_size,
            'uploadedSize', session.uploaded_size, 'status', session.status, 'workspaceId', session.workspace_id,
            'folderId', session.folder_id, 'linkId', session.link_id, 'batchId', session.batch_id)
        """;

    /// <summary>The last byte's first consequence: the file row. <c>$2</c> is the SHA-256 made while the bytes arrived, or null.</summary>
    public const string FileRow = $"{FileRowUntilSha256}$2{FileRowFromSha256}";

    /// <summary>The same for several sessions, each with the <c>sha256</c> that a CTE <c>asked</c> has for it.</summary>
    public const string FileRows =
        $"{FileRowUntilSha256}(SELECT asked.sha256 FROM asked WHERE asked.id = session.id){FileRowFromSha256}";

    private const string FileRowUntilSha256 = """
        file AS (
            INSERT INTO tus_upload.files (id, user_id, uploader_id, workspace_id, folder_id, link_id, batch_id, file_name, relative_path, file_size,
                content_type, processing_status, promised_sha256, promised_sha512, received_sha256, content_node, created_at, replaces, is_late)
            SELECT id, user_id, uploader_id, workspace_id, folder_id, link_id, batch_id, file_name, relative_path, total_size,
                content_type, 'received', file_hash, promised_sha512, 
        """;

    private const string FileRowFromSha256 = """
        , content_node, $1, replaces, is_late
              FROM session WHERE status = 'received'
        )
        """;

    /// <summary>The last byte of an upload that was there before: the file row, its event, and what its batch counts.</summary>
    public const string Received = $"""
        {FileRow}, event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'upload.received', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {Data}, $1
              FROM session WHERE status = 'received'
            RETURNING position
        ), delta AS (
            SELECT batch_id, 0 AS joined, 1 AS received, 0 AS processed, 0 AS failed, total_size AS bytes
              FROM session WHERE EXISTS (SELECT FROM event) AND NOT is_late
        )
        """;
}
