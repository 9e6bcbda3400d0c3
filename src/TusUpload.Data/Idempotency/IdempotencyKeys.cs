using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Idempotency;

/// <summary>
/// Whose turn a request is that came with an Idempotency-Key, and what it was answered. A claim is one statement and holds nothing while the request runs. Dying
/// before it leaves nothing; after it, a claim that another request may take after <see cref="Lease"/>; after the answer is kept, only the answer to the client.
/// </summary>
public sealed class IdempotencyKeys([FromKeyedServices(Pools.Api)] NpgsqlDataSource database, IOptions<IdempotencyOptions> options, TimeProvider time)
{
    /// <summary>After this a request that has not been answered is taken for dead, and the next one with its key and body runs.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    // When it was claimed is who claimed it: nobody else can within the lease.
    private const string ClaimSql = """
        INSERT INTO tus_upload.idempotency_keys AS known (subject, operation, key, request_hash, created_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject, operation, key) DO UPDATE
               SET request_hash = $4, created_at = $5, status = NULL, location = NULL, etag = NULL, body = NULL
             WHERE (known.status IS NULL AND known.request_hash = $4 AND known.created_at <= $6) OR known.created_at <= $7
        RETURNING created_at
        """;

    private const string FindSql = """
        SELECT request_hash, status, location, etag, body FROM tus_upload.idempotency_keys WHERE subject = $1 AND operation = $2 AND key = $3
        """;

    private const string KeepSql = """
        UPDATE tus_upload.idempotency_keys SET status = $5, location = $6, etag = $7, body = $8
         WHERE subject = $1 AND operation = $2 AND key = $3 AND created_at = $4 AND status IS NULL
        """;

    private const string ReleaseSql = """
        DELETE FROM tus_upload.idempotency_keys WHERE subject = $1 AND operation = $2 AND key = $3 AND created_at = $4 AND status IS NULL
        """;

    private const string TrimSql = """
        DELETE FROM tus_upload.idempotency_keys
         WHERE (subject, operation, key) IN (
            SELECT subject, operation, key FROM tus_upload.idempotency_keys WHERE created_at <= $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        """;

    /// <summary>The claim, or what is known of the request.</summary>
    /// <param name="hash">32 bytes.</param>
    public async Task<IdempotencyClaim> ClaimAsync(IdempotentRequest request, byte[] hash, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow();
            await using var claim = With(ClaimSql, request).With(hash).With(now).With(now - Lease).With(now - options.Value.KeepFor);
            if (await claim.ExecuteScalarAsync(cancellationToken) is DateTime claimedAt)
            {
                return new(claimedAt, null, IsOther: false);
            }

            await using var find = With(FindSql, request);
            await using var row = await find.ExecuteReaderAsync(cancellationToken);
            if (await row.ReadAsync(cancellationToken))
            {
                return new(null, ReadAnswer(row), IsOther: !row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(hash));
            }

            // It was given back in between: ask again.
        }
    }

    /// <summary>Keeps the answer for those who ask again. False: somebody else has taken the request for dead.</summary>
    public async Task<bool> KeepAsync(IdempotentRequest request, DateTime claimedAt, KeptAnswer answer, CancellationToken cancellationToken)
    {
        await using var command = With(KeepSql, request).With(claimedAt).With(answer.Status).With(answer.Location).With(answer.ETag).With(answer.Body);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Gives the claim back: what came of the request is not worth keeping, and the next one runs.</summary>
    public async Task ReleaseAsync(IdempotentRequest request, DateTime claimedAt, CancellationToken cancellationToken)
    {
        await using var command = With(ReleaseSql, request).With(claimedAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes at most so many that are older than they are kept; says how many.</summary>
    public async Task<int> TrimAsync(int most, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(TrimSql);
        command.With(time.GetUtcNow() - options.Value.KeepFor).With(most);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private NpgsqlCommand With(string sql, IdempotentRequest request) =>
        database.CreateCommand(sql).With(request.Subject).With(request.Operation).With(request.Key);

    private static KeptAnswer? ReadAnswer(NpgsqlDataReader row) => row.IsDBNull(1)
        ? null
        : new(
            row.GetInt16(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.IsDBNull(3) ? null : row.GetString(3),
            row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4));
}

/// <summary>Whose request, of what, under which key.</summary>
/// <param name="Operation">Method and address; at most 200 characters.</param>
public sealed record IdempotentRequest(string Subject, string Operation, string Key);

/// <summary>What a request was answered.</summary>
/// <param name="Body">Null: none was kept.</param>
public sealed record KeptAnswer(short Status, string? Location, string? ETag, byte[]? Body);

/// <summary>What came of asking for the turn.</summary>
/// <param name="ClaimedAt">The request is to run; null: it is not.</param>
/// <param name="Answer">What it was answered before; null: nothing yet.</param>
/// <param name="IsOther">The key was used for another request.</param>
public sealed record IdempotencyClaim(DateTime? ClaimedAt, KeptAnswer? Answer, bool IsOther);
