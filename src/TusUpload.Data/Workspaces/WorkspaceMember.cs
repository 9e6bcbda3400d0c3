namespace TusUpload.Data.Workspaces;

/// <summary>Somebody besides its owner who works in a workspace.</summary>
public sealed class WorkspaceMember
{
    public Guid WorkspaceId { get; init; }

    /// <inheritdoc cref="Users.User.Id"/>
    public required string UserId { get; init; }

    /// <summary>One of <see cref="WorkspaceRole"/>.</summary>
    public required string Role { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
