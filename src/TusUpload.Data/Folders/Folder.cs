namespace TusUpload.Data.Folders;

/// <summary>A folder of a workspace, or of a link within it.</summary>
public sealed class Folder
{
    public Guid Id { get; init; }

    public Guid WorkspaceId { get; init; }

    /// <summary>The link it was made through; null when the workspace's owner made it.</summary>
    public Guid? LinkId { get; init; }

    /// <summary>The folder above; null at the root.</summary>
    public Guid? ParentId { get; init; }

    /// <summary>Names from the root down, joined by '/', without a leading one; unique in the workspace among those not in the trash.</summary>
    public required string Path { get; set; }

    /// <summary>Grows by one with each change of its own name or place.</summary>
    public int Version { get; set; } = 1;

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>In the trash since then, with the files in it; null: not. <c>epoch</c>: it is being removed for good.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>Of a folder in the trash: the folder that was deleted, itself or one above it; they are restored and removed together.</summary>
    public Guid? DeletedWith { get; set; }
}
