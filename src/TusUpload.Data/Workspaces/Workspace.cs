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

    /// <inheritdoc cref="Users.User.StorageWarned"/>
    public short StorageWarned { get; init; }

    /// <summary>What becomes of a file whose name is taken in its folder: one of <see cref="NamePolicy"/>.</summary>
    public string NamePolicy { get; set; } = Workspaces.NamePolicy.KeepBoth;

    /// <summary>Types that may be uploaded, such as <c>image/*</c>; null: whatever the server takes.</summary>
    public string[]? AllowedTypes { get; set; }

    /// <summary>Types that may not be uploaded.</summary>
    public string[]? DeniedTypes { get; set; }

    /// <summary>Bytes of the largest file; null: what the server takes.</summary>
    public long? MaxFileSize { get; set; }

    /// <summary>Origins of pages that may upload into it, besides those of the server; null: no others.</summary>
    public string[]? AllowedOrigins { get; set; }

    /// <summary>Grows by one with each change by its owner; counting storage is none.</summary>
    public int Version { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>In the trash since then, with all that is in it; null: not. <c>epoch</c>: it is being removed for good.</summary>
    public DateTimeOffset? DeletedAt { get; set; }
}
