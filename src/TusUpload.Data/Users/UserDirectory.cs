using Npgsql;

namespace TusUpload.Data.Users;

/// <summary>Users appear at first sight, each with a default workspace.</summary>
public sealed class UserDirectory(NpgsqlDataSource database)
{
    private const string EnsureSql = """
        WITH known AS (
            SELECT default_workspace_id FROM tus_upload.users WHERE id = $1
        ), changed AS (
            UPDATE tus_upload.users SET plan = $5, storage_limit = $3
             WHERE id = $1 AND $5 IS NOT NULL AND plan IS DISTINCT FROM $5 AND NOT has_own_limit
        ), made AS (
            INSERT INTO tus_upload.users (id, default_workspace_id, storage_limit, created_at, plan)
            SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM known)
                ON CONFLICT (id) DO NOTHING
            RETURNING default_workspace_id
        ), space AS (
            INSERT INTO tus_upload.workspaces (id, user_id, name, created_at)
            SELECT default_workspace_id, $1, 'Default', $4 FROM made
        )
        SELECT default_workspace_id FROM known UNION ALL SELECT default_workspace_id FROM made
        """;

    /// <summary>The user's default workspace; makes both where the user is new.</summary>
    /// <param name="plan">Where the user has another, and no limit of its own, it gets this one and its limit. Null: it keeps what it has.</param>
    /// <param name="storageLimit">Bytes that a new user, or one of this plan, may have in all; null is no limit.</param>
    public async Task<Guid> EnsureAsync(string userId, string? plan, long? storageLimit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var command = database.CreateCommand(EnsureSql);
            command.With(userId).With(Guid.CreateVersion7()).With(storageLimit).With(now).With(plan);
            if (await command.ExecuteScalarAsync(cancellationToken) is Guid workspace)
            {
                return workspace;
            }

            // Another request made the user after this statement's snapshot was taken; the next one sees it.
        }
    }
}
