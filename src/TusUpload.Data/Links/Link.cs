using TusUpload.Data.Workspaces;

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

    /// <inheritdoc cref="Users.User.StorageWarned"/>
    public short StorageWarned { get; init; }

    /// <summary>What its owner calls it, and visitors see; at most 200 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>Who made it: the workspace's owner or a member.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>What visitors have to say; a hash with its parameters and salt. Null: nothing.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>How many visitors may come; null: any number.</summary>
    public int? MaxUses { get; set; }

    /// <summary>How many came.</summary>
    public int Uses { get; init; }

    /// <summary>How many files may come through it; null: any number.</summary>
    public int? MaxFiles { get; set; }

    /// <summary>Uploads made through it that did not end before they were a file, and their files that were not rejected.</summary>
    public int Files { get; init; }

    /// <inheritdoc cref="Workspace.MaxFileSize"/>
    public long? MaxFileSize { get; set; }

    /// <inheritdoc cref="Workspace.AllowedTypes"/>
    public string[]? AllowedTypes { get; set; }

    /// <inheritdoc cref="Workspace.AllowedOrigins"/>
    public string[]? AllowedOrigins { get; set; }

    /// <summary>Grows by one with each change by its owner; what is counted is none.</summary>
    public int Version { get; set; } = 1;

    /// <summary>No new upload comes in after this; null is never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
