using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using TusUpload.Data.Connections;

namespace TusUpload.Data.Workspaces;

/// <summary>
/// Who works in a workspace besides its owner. Said twice it is no error; what is asked for at the same time ends as the last one says.
/// </summary>
public sealed class WorkspaceMembers([FromKeyedServices(Pools.Api)] NpgsqlDataSource database)
{
    private const string SetSql = """
        INSERT INTO tus_upload.workspace_members AS member (workspace_id, user_id, role, created_at)
        SELECT space.id, known.id, $3, $4 FROM tus_upload.workspaces space, tus_upload.users known
         WHERE space.id = $1 AND space.deleted_at IS NULL AND known.id = $2 AND known.id <> space.user_id
            ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = $3
        RETURNING member.created_at
        """;

    /// <summary>When it became a member; null where there is no such user, or it is the owner.</summary>
    public async Task<DateTimeOffset?> SetAsync(Guid workspaceId, string userId, string role, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(SetSql);
        command.With(workspaceId).With(userId).With(role).With(now);
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        return await row.ReadAsync(cancellationToken) ? row.GetFieldValue<DateTimeOffset>(0) : null;
    }
}
