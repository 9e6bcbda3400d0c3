using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Batches;

/// <summary>A batch and its manifest, in one statement.</summary>
public sealed class BatchCreation([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string CreateSql = """
        WITH batch AS (
            INSERT INTO tus_upload.batches (id, user_id, uploader_id, workspace_id, status, expected_files, joined_files, received_files,
                processed_files, failed_files, total_bytes, all_or_nothing, late_files, expires_at, created_at)
            VALUES ($1, $2, $3, $4, 'open', $5, 0, 0, 0, 0, 0, $6, $7, $8, $9)
            RETURNING id
        )
        INSERT INTO tus_upload.batch_files (batch_id, ordinal, name, size)
        SELECT batch.id, line.place - 1, normalize(line.name), line.size FROM batch, unnest($10, $11) WITH ORDINALITY AS line (name, size, place)
        """;

    /// <param name="batch">An open one, with as many expected files as there are lines.</param>
    /// <param name="manifest">Its lines in order; empty: whatever comes.</param>
    public async Task CreateAsync(Batch batch, IReadOnlyList<(string Name, long? Size)> manifest, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(CreateSql);
        command
            .With(batch.Id)
            .With(batch.UserId)
            .With(batch.UploaderId)
            .With(batch.WorkspaceId)
            .With(batch.ExpectedFiles)
            .With(batch.AllOrNothing)
            .With(batch.LateFiles)
            .With(batch.ExpiresAt)
            .With(batch.CreatedAt)
            .With(manifest.Select(line => line.Name).ToArray())
            .With(manifest.Select(line => line.Size).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
