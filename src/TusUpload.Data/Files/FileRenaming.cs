using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;
using TusUpload.Data.Sessions;

namespace TusUpload.Data.Files;

/// <summary>A file's name for people and its folder. Nothing else hangs on them: neither the storage path nor the usage.</summary>
public sealed class FileRenaming([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    // The database brings names into NFC: a process without the system's globalization data (InvariantGlobalization) leaves them as they are.
    private static readonly string ChangeSql = $"""
        WITH file AS MATERIALIZED (
            SELECT id, workspace_id, version FROM tus_upload.files WHERE id = $1 AND user_id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE
        ), folder AS MATERIALIZED (
            SELECT f.id FROM tus_upload.folders f, file WHERE f.id = $3 AND f.workspace_id = file.workspace_id AND f.deleted_at IS NULL
        ), refusing AS (
            SELECT id FROM tus_upload.workspaces WHERE id = (SELECT workspace_id FROM file) AND name_policy = 'refuse'
        ), verdict AS MATERIALIZED (
            SELECT file.id, CASE
                WHEN version <> $5 THEN 'changed'
                WHEN $3 IS NOT NULL AND NOT EXISTS (SELECT FROM folder) THEN 'no_folder'
                WHEN EXISTS (
                    SELECT FROM tus_upload.files other, refusing
                     WHERE other.workspace_id = refusing.id AND hashtextextended(other.file_name, 0) = hashtextextended(normalize($4, NFC), 0)
                       AND other.file_name = normalize($4, NFC) AND other.folder_id IS NOT DISTINCT FROM $3 AND other.id <> $1
                       AND other.deleted_at IS NULL AND other.processing_status <> 'rejected') THEN 'taken'
                WHEN EXISTS (
                    SELECT FROM tus_upload.upload_sessions other, refusing
                     WHERE other.workspace_id = refusing.id AND hashtextextended(other.file_name, 0) = hashtextextended(normalize($4, NFC), 0)
                       AND other.file_name = normalize($4, NFC) AND other.folder_id IS NOT DISTINCT FROM $3
                       AND other.status = 'receiving' AND NOT other.is_partial AND {SessionState.ExpiryOf("other")} > $6) THEN 'taken'
                ELSE 'done' END AS says
              FROM file
        ), changed AS (
            UPDATE tus_upload.files f SET file_name = normalize($4, NFC), folder_id = $3, version = f.version + 1
              FROM verdict WHERE f.id = verdict.id AND verdict.says = 'done'
        )
        SELECT says FROM verdict
        """;

    /// <summary>The caller has checked the name's form, and that its own may write there.</summary>
    public async Task<FilePlaceOutcome> ChangeAsync(FilePlace place, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(TakenNames.TurnSql).With(place.WorkspaceId).With(place.FileName));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ChangeSql)
            .With(place.Id).With(place.UserId).With(place.FolderId).With(place.FileName).With(place.Version).With(now));
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        await row.NextResultAsync(cancellationToken);
        return !await row.ReadAsync(cancellationToken) ? FilePlaceOutcome.NotFound : row.GetString(0) switch
        {
            "done" => FilePlaceOutcome.Done,
            "changed" => FilePlaceOutcome.Changed,
            "no_folder" => FilePlaceOutcome.NoFolder,
            _ => FilePlaceOutcome.Taken,
        };
    }
}

/// <summary>What a file is to be called, and where it is to lie.</summary>
/// <param name="UserId">The account.</param>
/// <param name="WorkspaceId">Its own.</param>
/// <param name="FolderId">Null: the root.</param>
/// <param name="Version">The one that name and place were read from.</param>
public sealed record FilePlace(Guid Id, string UserId, Guid WorkspaceId, Guid? FolderId, string FileName, int Version);

/// <summary>What came of it.</summary>
public enum FilePlaceOutcome
{
    Done,

    NotFound,

    /// <summary>It has another version by now.</summary>
    Changed,

    /// <summary>The workspace has no such folder, or it is in the trash.</summary>
    NoFolder,

    /// <summary>The name is taken there, and the workspace lets each in once.</summary>
    Taken,
}
