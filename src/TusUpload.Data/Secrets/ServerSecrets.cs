using System.Security.Cryptography;

using Npgsql;

namespace TusUpload.Data.Secrets;

/// <summary>Keys that all nodes on a database share.</summary>
public sealed class ServerSecrets(NpgsqlDataSource database)
{
    private const int Size = 32;

    // Two nodes that start together both offer a key; the first stays, and both read it.
    private const string EnsureSql = """
        WITH made AS (
            INSERT INTO tus_upload.server_secrets (name, value, created_at) VALUES ($1, $2, $3)
                ON CONFLICT (name) DO NOTHING
            RETURNING value
        )
        SELECT value FROM made UNION ALL SELECT value FROM tus_upload.server_secrets WHERE name = $1 LIMIT 1
        """;

    /// <summary>The key of this name, 32 random bytes; made where there is none yet.</summary>
    public Task<byte[]> EnsureAsync(string name, DateTimeOffset now, CancellationToken cancellationToken) =>
        EnsureAsync(name, RandomNumberGenerator.GetBytes(Size), now, cancellationToken);

    /// <summary>The key of this name; <paramref name="offered"/>, 32 bytes or more, where there is none yet.</summary>
    public async Task<byte[]> EnsureAsync(string name, byte[] offered, DateTimeOffset now, CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var command = database.CreateCommand(EnsureSql);
            command.With(name).With(offered).With(now);

            // Nothing: another node's key was committed while this statement ran, and the next one sees it.
            if (await command.ExecuteScalarAsync(cancellationToken) is byte[] key)
            {
                return key;
            }
        }
    }
}
