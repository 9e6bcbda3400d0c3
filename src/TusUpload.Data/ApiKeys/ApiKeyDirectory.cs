using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.ApiKeys;

/// <summary>Keys as a sign-in needs them. Not among the connections of uploads: anybody can make up keys.</summary>
public sealed class ApiKeyDirectory([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    // That it was used is written once a minute and not with every request.
    private const string FindSql = """
        WITH key AS (
            SELECT id, user_id, secret_hash, scopes, expires_at, last_used_at FROM tus_upload.api_keys
             WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
        ), used AS (
            UPDATE tus_upload.api_keys SET last_used_at = $2
             WHERE id = (SELECT id FROM key WHERE secret_hash = $3 AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute'))
        )
        SELECT user_id, scopes, expires_at FROM key WHERE secret_hash = $3
        """;

    private const string IsGoodSql = """
        SELECT EXISTS (SELECT FROM tus_upload.api_keys WHERE id = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2))
        """;

    /// <summary>The key of this id and secret that counts; null: there is none, or it was revoked or has expired.</summary>
    public async Task<FoundApiKey?> FindAsync(Guid id, byte[] secretHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(FindSql);
        command.With(id).With(now).With(secretHash);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken)
            ? new(row.GetString(0), row.GetFieldValue<string[]>(1), row.IsDBNull(2) ? null : row.GetFieldValue<DateTimeOffset>(2))
            : null;
    }

    /// <summary>Whether a key still counts, for whoever proved before that it is his.</summary>
    public async Task<bool> IsGoodAsync(Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(IsGoodSql);
        command.With(id).With(now);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}

public sealed record FoundApiKey(string UserId, string[] Scopes, DateTimeOffset? ExpiresAt);
