using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;

namespace TusUpload.Data.Files;

/// <summary>
/// A second file on the same object: no byte moves. It counts like any other, and the object goes with the last of them, see
/// <see cref="FileDeletion.ForgetSharedAsync"/>. One statement: dying before it leaves nothing, after it the copy.
/// </summary>
public sealed class FileCopying([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    // The source is held, so that it is not deleted between this look at it and the copy's row, which keeps its object. Rows are locked in the order that
    // holds everywhere: file, user, workspace.
    private static readonly string CopySql = $"""
        WITH source AS MATERIALIZED (
            SELECT * FROM tus_upload.files
             WHERE id = $2 AND user_id = $3 AND processing_status = 'ready' AND deleted_at IS NULL
               AND NOT EXISTS (SELECT FROM tus_upload.batches b WHERE b.id = files.batch_id AND b.all_or_nothing AND b.status <> 'completed')
               FOR SHARE
        ), account AS MATERIALIZED (
            SELECT storage_limit - storage_used - storage_reserved AS room, ARRAY[storage_limit, storage_used, storage_reserved] AS storage
              FROM tus_upload.users WHERE id = $8 AND EXISTS (SELECT FROM source) FOR NO KEY UPDATE
        ), space AS MATERIALIZED (
            SELECT w.id, w.storage_limit - w.storage_used - w.storage_reserved AS room, name_policy = 'refuse' AS refuses, name_policy = 'replace' AS replaces,
                   ARRAY[w.storage_limit, w.storage_used, w.storage_reserved] AS storage
              FROM tus_upload.workspaces w
             WHERE w.id = COALESCE($5, (SELECT workspace_id FROM source)) AND w.user_id = $8 AND w.deleted_at IS NULL AND EXISTS (SELECT FROM account) FOR NO KEY UPDATE
        ), place AS MATERIALIZED (
            SELECT COALESCE($6, CASE WHEN $5 IS NULL OR $5 = source.workspace_id THEN source.folder_id END) AS folder_id FROM source
        ), folder AS MATERIALIZED (
            SELECT f.id FROM tus_upload.folders f, place, space WHERE f.id = place.folder_id AND f.workspace_id = space.id AND f.deleted_at IS NULL
        ), taken AS MATERIALIZED (
            SELECT FROM tus_upload.files f, source, space, place
             WHERE space.refuses AND f.workspace_id = space.id AND f.folder_id IS NOT DISTINCT FROM place.folder_id
               AND hashtextextended(f.file_name, 0) = hashtextextended(COALESCE(normalize($7, NFC), source.file_name), 0)
               AND f.file_name = COALESCE(normalize($7, NFC), source.file_name) AND f.deleted_at IS NULL AND f.processing_status <> 'rejected'
            UNION ALL
            SELECT FROM tus_upload.upload_sessions s, source, space, place
             WHERE space.refuses AND s.workspace_id = space.id AND s.folder_id IS NOT DISTINCT FROM place.folder_id
               AND hashtextextended(s.file_name, 0) = hashtextextended(COALESCE(normalize($7, NFC), source.file_name), 0)
               AND s.file_name = COALESCE(normalize($7, NFC), source.file_name) AND s.status = 'receiving' AND NOT s.is_partial
               AND {SessionState.ExpiryOf("s")} > $1
        ), admitted AS MATERIALIZED (
            SELECT 1 FROM source, account, space, place
             WHERE COALESCE(account.room >= source.file_size, true) AND COALESCE(space.room >= source.file_size, true)
               AND (place.folder_id IS NULL OR EXISTS (SELECT FROM folder)) AND NOT EXISTS (SELECT FROM taken)
        ), change AS (
            SELECT $8 AS user_id, space.id AS workspace_id, NULL::uuid AS link_id, 0 AS reserved, source.file_size AS used, 0 AS files, 0 AS visits
              FROM source, space, admitted
        ), {StorageCounting.Sql}, file AS (
            INSERT INTO tus_upload.files (id, user_id, uploader_id, workspace_id, folder_id, file_name, file_size, content_type, processing_status, sha256,
                storage_path, created_at, ready_at, open_runs, replaces)
            SELECT $4, $8, $9, space.id, place.folder_id, COALESCE(normalize($7, NFC), source.file_name), source.file_size, source.content_type, 'ready',
                   source.sha256, source.storage_path, $1, $1, 0,
                   space.replaces AND octet_length(COALESCE(normalize($7, NFC), source.file_name)) <= 2000
              FROM source, space, place, admitted
            RETURNING *
        ), content AS (
            UPDATE tus_upload.file_checksums c SET reference_count = c.reference_count + 1
              FROM file WHERE c.checksum = file.sha256 AND {StorageCounting.Done}
        ), event AS (
            INSERT INTO tus_upload.outbox (type, user_id, uploader_id, workspace_id, subject, data, occurred_at)
            SELECT 'file.ready', user_id, NULLIF(uploader_id, user_id), workspace_id, id, {FileEvents.Data}, $1 FROM file
        )
        SELECT EXISTS (SELECT FROM file), EXISTS (SELECT FROM source), EXISTS (SELECT FROM space),
               EXISTS (SELECT FROM place WHERE folder_id IS NULL) OR EXISTS (SELECT FROM folder), EXISTS (SELECT FROM taken),
               (SELECT storage FROM account), (SELECT storage FROM space), NULL::bigint[], (SELECT file_size FROM source)
        """;

    public async Task<CopyAnswer> CopyAsync(FileCopy copy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakenNames.TurnSql).With(copy.WorkspaceId).With(copy.FileName));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(CopySql)
            .With(now).With(copy.SourceId).With(copy.UserId).With(copy.Id).With(copy.WorkspaceId).With(copy.FolderId).With(copy.FileName)
            .With(copy.AccountId).With(copy.CopierId));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return true switch
        {
            _ when row.GetBoolean(0) => new(CopyOutcome.Made),
            _ when !row.GetBoolean(1) => new(CopyOutcome.NoSource),
            _ when !row.GetBoolean(2) => new(CopyOutcome.NoWorkspace),
            _ when !row.GetBoolean(3) => new(CopyOutcome.NoFolder),
            _ when row.GetBoolean(4) => new(CopyOutcome.NameTaken),
            _ => new(CopyOutcome.NoRoom) { Room = StorageRoom.Read(row, 5), Asked = row.GetInt64(8) },
        };
    }
}

/// <summary>What is copied where to.</summary>
/// <param name="Id">Of the copy.</param>
/// <param name="UserId">The source's account.</param>
/// <param name="AccountId">Whose workspace it goes to, and where it counts.</param>
/// <param name="CopierId">Who makes it.</param>
/// <param name="WorkspaceId">Null: the source's.</param>
/// <param name="FolderId">Null: the source's in its own workspace, the top of another.</param>
/// <param name="FileName">Null: the source's.</param>
public sealed record FileCopy(
    Guid Id, Guid SourceId, string UserId, string AccountId, string CopierId, Guid? WorkspaceId, Guid? FolderId, string? FileName);

/// <summary>What came of it.</summary>
public sealed record CopyAnswer(CopyOutcome Outcome)
{
    /// <summary>Where there was none: what is left.</summary>
    public StorageRoom? Room { get; init; }

    /// <summary>And how many bytes were asked for.</summary>
    public long Asked { get; init; }
}

/// <summary>The ways in which a copy can end.</summary>
public enum CopyOutcome
{
    Made,

    /// <summary>This user has no such file that is ready, and published where its batch is all or nothing.</summary>
    NoSource,

    NoWorkspace,

    NoFolder,

    /// <inheritdoc cref="FilePlaceOutcome.Taken"/>
    NameTaken,

    /// <summary>A storage limit leaves no room.</summary>
    NoRoom,
}
