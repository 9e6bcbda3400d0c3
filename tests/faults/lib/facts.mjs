import { quoted } from './sql.mjs'

/** All that the database says of one user, in one answer. */
export function factsOf(sql, user) {
  const mine = `user_id = ${quoted(user)}`
  return sql.json(`
    SELECT json_build_object(
      'sessions', (SELECT coalesce(json_agg(json_build_object(
          'id', s.id, 'status', s.status, 'size', s.total_size, 'uploaded', s.uploaded_size, 'reserved', s.reserved_size, 'lease', s.lease_node,
          'isPartial', s.is_partial, 'parts', s.part_ids, 'finalId', s.final_id, 'key', s.resume_key, 'name', s.file_name, 'removed', s.content_removed,
          'chunkCount', s.completed_chunks, 'epoch', s.lease_epoch,
          'chunks', (SELECT coalesce(json_agg(json_build_array(c.chunk_index, c.chunk_offset, c.chunk_size, length(c.checksum)) ORDER BY c.chunk_index), '[]')
                       FROM tus_upload.upload_chunks c WHERE c.session_id = s.id))), '[]')
        FROM tus_upload.upload_sessions s WHERE ${mine}),
      'files', (SELECT coalesce(json_agg(json_build_object(
          'id', f.id, 'status', f.processing_status, 'size', f.file_size, 'sha256', f.sha256, 'path', f.storage_path, 'name', f.file_name,
          'batchId', f.batch_id)), '[]') FROM tus_upload.files f WHERE ${mine}),
      'events', (SELECT coalesce(json_agg(json_build_object('subject', o.subject, 'type', o.type, 'sequence', o.sequence) ORDER BY o.sequence, o.position), '[]')
                   FROM tus_upload.outbox o WHERE ${mine}),
      'levels', (SELECT coalesce(json_agg(l), '[]') FROM (
          SELECT 'user ' || id AS name, storage_used AS used, storage_reserved AS reserved FROM tus_upload.users WHERE id = ${quoted(user)}
          UNION ALL SELECT 'workspace ' || id, storage_used, storage_reserved FROM tus_upload.workspaces WHERE ${mine}) l),
      'batches', (SELECT coalesce(json_agg(b), '[]') FROM tus_upload.batches b WHERE ${mine}),
      'askedFor', (SELECT count(*) FROM tus_upload.lease_requests r
                    WHERE asked_at < (SELECT max(asked_at) FROM tus_upload.lease_requests) - interval '2 minutes'),
      'rows', (SELECT coalesce(json_agg(DISTINCT r.session_id), '[]') FROM tus_upload.content_rows r),
      'multiparts', (SELECT coalesce(json_agg(DISTINCT m.session_id), '[]') FROM tus_upload.content_multiparts m),
      'connections', (SELECT coalesce(json_object_agg(a.application_name, a.n), '{}') FROM (
          SELECT application_name, count(*) AS n FROM pg_stat_activity WHERE application_name LIKE 'TusUpload%' GROUP BY 1) a),
      'inTransaction', (SELECT count(*) FROM pg_stat_activity
                         WHERE application_name LIKE 'TusUpload%' AND state LIKE 'idle in transaction%' AND state_change < now() - interval '3 seconds'))`)
}
