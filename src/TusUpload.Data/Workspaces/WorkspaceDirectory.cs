using System.Collections.Concurrent;

using Npgsql;

namespace TusUpload.Data.Workspaces;

/// <summary>Whose workspaces are, and who works there. Neither a workspace's owner nor a link's workspace ever changes, so each is looked up once per process.</summary>
public sealed class WorkspaceDirectory(NpgsqlDataSource database)
{
    // Emptied rather than trimmed: what falls out is one statement away.
    private const int Most = 100_000;

    private const string FindSql = "SELECT id, user_id FROM tus_upload.workspaces WHERE id = $1";

    private const string FindByLinkSql = """
        SELECT space.id, space.user_id FROM tus_upload.links link JOIN tus_upload.workspaces space ON space.id = link.workspace_id WHERE link.id = $1
        """;

    private const string HasMemberSql = "SELECT EXISTS (SELECT FROM tus_upload.workspace_members WHERE workspace_id = $1 AND user_id = $2 AND role = ANY($3))";

    private readonly ConcurrentDictionary<Guid, OwnedWorkspace> _workspaces = new();
    private readonly ConcurrentDictionary<Guid, OwnedWorkspace> _byLink = new();

    /// <summary>Null: there is none.</summary>
    public ValueTask<OwnedWorkspace?> FindAsync(Guid id, CancellationToken cancellationToken) => FindAsync(_workspaces, FindSql, id, cancellationToken);

    /// <summary>The workspace that a link leads to; null: there is no such link.</summary>
    public ValueTask<OwnedWorkspace?> FindByLinkAsync(Guid linkId, CancellationToken cancellationToken) =>
        FindAsync(_byLink, FindByLinkSql, linkId, cancellationToken);

    /// <summary>Whether a user is a member with one of these roles.</summary>
    public async Task<bool> HasMemberAsync(Guid id, string userId, string[] roles, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(HasMemberSql);
        command.With(id).With(userId).With(roles);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    // What is not there is not remembered: it may be made at any moment.
    private async ValueTask<OwnedWorkspace?> FindAsync(
        ConcurrentDictionary<Guid, OwnedWorkspace> known, string sql, Guid id, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(id, out var workspace))
        {
            return workspace;
        }

        await using var command = database.CreateCommand(sql);
        command.With(id);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        if (!await row.ReadAsync(cancellationToken))
        {
            return null;
        }

        if (known.Count >= Most)
        {
            known.Clear();
        }

        return known[id] = new(row.GetGuid(0), row.GetString(1));
    }
}

public sealed record OwnedWorkspace(Guid Id, string UserId);
