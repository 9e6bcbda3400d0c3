namespace TusUpload.Data.Links;

/// <summary>A share link that others may upload through. The third of the three levels that storage is counted at.</summary>
public sealed class Link
{
    public Guid Id { get; init; }

    public Guid WorkspaceId { get; init; }

    /// <summary>Where its files go; null is the workspace's root.</summary>
    public Guid? FolderId { get; init; }

    /// <summary>The last part of its address; unique; at most 100 characters.</summary>
    public required string Slug { get; init; }

    /// <inheritdoc cref="Users.User.StorageLimit"/>
    public long? StorageLimit { get; set; }

    /// <inheritdoc cref="Users.User.StorageUsed"/>
    public long StorageUsed { get; init; }

    /// <inheritdoc cref="Users.User.StorageReserved"/>
    public long StorageReserved { get; init; }

    /// <summary>No new upload comes in after this; null is never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
