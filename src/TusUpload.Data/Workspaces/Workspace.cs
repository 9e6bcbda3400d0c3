namespace TusUpload.Data.Workspaces;

/// <summary>A user's space of files. The second of the three levels that storage is counted at.</summary>
public sealed class Workspace
{
    public Guid Id { get; init; }

    public required string UserId { get; init; }

    public required string Name { get; set; }

    /// <inheritdoc cref="Users.User.StorageLimit"/>
    public long? StorageLimit { get; set; }

    /// <inheritdoc cref="Users.User.StorageUsed"/>
    public long StorageUsed { get; init; }

    /// <inheritdoc cref="Users.User.StorageReserved"/>
    public long StorageReserved { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
