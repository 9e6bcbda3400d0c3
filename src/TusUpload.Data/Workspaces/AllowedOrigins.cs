using System.Collections.Concurrent;
using System.Collections.Frozen;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Workspaces;

/// <summary>
/// Origins of web pages that workspaces and links name. What the database said is believed for <see cref="Patience"/>; so long a change takes to be seen. However
/// many origins strangers make up, the set of all is read once in that time, and what is not in it is asked no further.
/// </summary>
public sealed class AllowedOrigins([FromKeyedServices(Pools.Api)] NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private const int MostOrigins = 100_000;

    // Emptied rather than trimmed: what falls out is one statement away.
    private const int MostAnswers = 10_000;

    // Both by an index that few rows are in: most workspaces and links name none.
    internal const string AllSql = """
        SELECT unnest(allowed_origins) FROM tus_upload.workspaces WHERE allowed_origins IS NOT NULL AND deleted_at IS NULL
        UNION SELECT unnest(allowed_origins) FROM tus_upload.links WHERE allowed_origins IS NOT NULL AND revoked_at IS NULL
        LIMIT $1
        """;

    private const string OfThingSql = """
        WITH place AS (
            SELECT workspace_id, link_id FROM tus_upload.upload_sessions WHERE id = $2
            UNION ALL SELECT workspace_id, link_id FROM tus_upload.files WHERE id = $2
            UNION ALL SELECT workspace_id, NULL FROM tus_upload.folders WHERE id = $2
            UNION ALL SELECT workspace_id, NULL FROM tus_upload.batches WHERE id = $2
            UNION ALL SELECT workspace_id, id FROM tus_upload.links WHERE id = $2
            UNION ALL SELECT id, NULL FROM tus_upload.workspaces WHERE id = $2
        )
        SELECT EXISTS (SELECT FROM place JOIN tus_upload.workspaces w ON w.id = place.workspace_id WHERE $1 = ANY (w.allowed_origins))
            OR EXISTS (SELECT FROM place JOIN tus_upload.links l ON l.id = place.link_id WHERE $1 = ANY (l.allowed_origins))
        """;

    private const string OfSlugSql = """
        SELECT EXISTS (
            SELECT FROM tus_upload.links l JOIN tus_upload.workspaces w ON w.id = l.workspace_id
             WHERE l.slug = $2 AND ($1 = ANY (l.allowed_origins) OR $1 = ANY (w.allowed_origins)))
        """;

    private const string OfUserSql = """
        SELECT EXISTS (
            SELECT FROM tus_upload.workspaces w
             WHERE $1 = ANY (w.allowed_origins) AND w.deleted_at IS NULL
               AND (w.user_id = $2 OR EXISTS (SELECT FROM tus_upload.workspace_members m WHERE m.workspace_id = w.id AND m.user_id = $2)))
        """;

    private readonly SemaphoreSlim _reading = new(1);
    private readonly ConcurrentDictionary<(string Origin, object Target), Answer> _answers = new();
    private All _all = new(FrozenSet<string>.Empty, DateTimeOffset.MinValue);

    /// <summary>Whether any workspace or link names it.</summary>
    public async ValueTask<bool> IsNamedAsync(string origin, CancellationToken cancellationToken)
    {
        if (_all.Until <= time.GetUtcNow())
        {
            await _reading.WaitAsync(cancellationToken);
            try
            {
                _all = _all.Until <= time.GetUtcNow() ? await ReadAllAsync(cancellationToken) : _all;
            }
            finally
            {
                _reading.Release();
            }
        }

        return _all.Origins.Contains(origin);
    }

    /// <summary>Whether the link or the workspace names it that a thing of ours belongs to, or is.</summary>
    public ValueTask<bool> IsForThingAsync(string origin, Guid id, CancellationToken cancellationToken) => AskAsync(OfThingSql, origin, id, cancellationToken);

    /// <summary>Whether the link of this slug names it, or its workspace.</summary>
    public ValueTask<bool> IsForSlugAsync(string origin, string slug, CancellationToken cancellationToken) => AskAsync(OfSlugSql, origin, slug, cancellationToken);

    /// <summary>Whether a workspace names it that this user owns or is a member of.</summary>
    public ValueTask<bool> IsForUserAsync(string origin, string userId, CancellationToken cancellationToken) =>
        AskAsync(OfUserSql, origin, new OfUser(userId), cancellationToken);

    public void Dispose() => _reading.Dispose();

    private async Task<All> ReadAllAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AllSql);
        command.With(MostOrigins);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        var origins = new HashSet<string>(StringComparer.Ordinal);
        while (await row.ReadAsync(cancellationToken))
        {
            origins.Add(row.GetString(0));
        }

        return new(origins.ToFrozenSet(StringComparer.Ordinal), time.GetUtcNow() + Patience);
    }

    private async ValueTask<bool> AskAsync<T>(string sql, string origin, T target, CancellationToken cancellationToken)
        where T : notnull
    {
        var now = time.GetUtcNow();
        if (_answers.TryGetValue((origin, target), out var known) && known.Until > now)
        {
            return known.IsAllowed;
        }

        await using var command = database.CreateCommand(sql);
        command.With(origin);
        _ = target is OfUser user ? command.With(user.Id) : command.With(target);
        var isAllowed = await command.ExecuteScalarAsync(cancellationToken) is true;
        if (_answers.Count >= MostAnswers)
        {
            _answers.Clear();
        }

        _answers[(origin, target)] = new(isAllowed, now + Patience);
        return isAllowed;
    }

    private sealed record All(FrozenSet<string> Origins, DateTimeOffset Until);

    private readonly record struct Answer(bool IsAllowed, DateTimeOffset Until);

    // Told apart from a slug of the same letters.
    private sealed record OfUser(string Id);
}
