namespace TusUpload.Data.Batches;

/// <summary>
/// The one place where a batch's counters move and where it ends. A statement that changes what a batch counts ends with this fragment and
/// puts the change in a CTE before it: <c>delta (batch_id, joined, received, processed, failed, bytes)</c>, at most one row. <c>$1</c> is the time.
/// The parts of a statement run in no order of their own: a delta that asks for the change's own event (<c>WHERE EXISTS (SELECT FROM event)</c>)
/// puts the batch's end behind it in the feed.
/// </summary>
/// <remarks>
/// A batch is closed when it is sealed or has as many files as were expected. A closed batch ends with the change that accounts for the last
/// of its files, in the same statement as that change: the event of the end is written exactly once. It is complete when every file is ready that came,
/// and as many came as were expected. Whatever else ends one (<see cref="BatchEndings"/>) asks as this does that it has not ended, under the row's lock.
/// </remarks>
internal static class BatchCounting
{
    private const string Ends = """
        (b.status = 'sealed' OR b.expected_files = b.joined_files + delta.joined)
            AND b.processed_files + delta.processed + b.failed_files + delta.failed = b.joined_files + delta.joined
        """;

    public const string Sql = $"""
        batch AS (
            UPDATE tus_upload.batches b
               SET joined_files = b.joined_files + delta.joined,
                   received_files = b.received_files + delta.received,
                   processed_files = b.processed_files + delta.processed,
                   failed_files = b.failed_files + delta.failed,
                   total_bytes = b.total_bytes + delta.bytes,
                   status = CASE
                       WHEN {Ends} THEN CASE
                           WHEN b.failed_files + delta.failed = 0 AND b.joined_files + delta.joined = COALESCE(b.expected_files, b.joined_files + delta.joined)
                               THEN 'completed'
                           WHEN b.processed_files + delta.processed = 0 THEN 'failed'
                           ELSE 'partial'
                       END
                       ELSE b.status
                   END,
                   ended_at = CASE WHEN {Ends} THEN $1 END
              FROM delta
             WHERE b.id = delta.batch_id AND b.status IN ('open', 'sealed')
            RETURNING b.*
        ), {End}
        """;

    /// <summary>The event of an end, from a CTE <c>batch</c> of whole rows; <c>$1</c> is the time.</summary>
    public const string End = """
        batch_end AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'batch.' || status, user_id, NULLIF(uploader_id, user_id), workspace_id, id,
                   jsonb_build_object('id', id, 'status', status, 'totalFiles', joined_files, 'processedFiles', processed_files,
                       'failedFiles', failed_files, 'totalBytes', total_bytes),
                   $1
              FROM batch WHERE status NOT IN ('open', 'sealed')
        )
        """;
}
