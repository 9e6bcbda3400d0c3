using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Users;

/// <summary>
/// A user's storage limit, changed by hand. It holds for the next question for room; a lower one ends nothing that is there, and may warn at once.
/// </summary>
public sealed class UserLimits([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string SetSql = "UPDATE tus_upload.users SET storage_limit = $2, has_own_limit = true WHERE id = $1";

    // The plan that the limit was looked up for must still be the user's.
    private const string FollowSql = """
        UPDATE tus_upload.users SET storage_limit = $2, has_own_limit = false WHERE id = $1 AND plan IS NOT DISTINCT FROM $3
        """;

    private const string WarnSql = $"""
        WITH change AS (
            SELECT 0 AS reserved, 0 AS used
        ), counted AS (
            UPDATE tus_upload.users level SET storage_warned = {StorageWarnings.Next} FROM change WHERE level.id = $2
            RETURNING 1 AS place, 'user' AS name, level.id, level.id AS user_id, level.default_workspace_id AS workspace_id,
                level.default_workspace_id AS subject, {StorageWarnings.Columns}
        )
        INSERT INTO tus_upload.outbox (type, user_id, workspace_id, subject, data, occurred_at)
        {StorageWarnings.Event}
        """;

    /// <summary>Gives the user a limit of its own, which no plan changes; null is no limit. False: there is no such user.</summary>
    public Task<bool> SetAsync(string userId, long? limit, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(userId, new NpgsqlCommand(SetSql).With(userId).With(limit), now, cancellationToken);

    /// <summary>The user has the limit of its plan again. False: there is no such user, or it has another plan by now.</summary>
    public Task<bool> FollowPlanAsync(string userId, string? plan, long? limit, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(userId, new NpgsqlCommand(FollowSql).With(userId).With(limit).With(plan), now, cancellationToken);

    private async Task<bool> ChangeAsync(string userId, NpgsqlCommand change, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (change)
        {
            (change.Connection, change.Transaction) = (connection, transaction);
            if (await change.ExecuteNonQueryAsync(cancellationToken) == 0)
            {
                return false;
            }
        }

        await using var warn = new NpgsqlCommand(WarnSql, connection, transaction);
        await warn.With(now).With(userId).ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
