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

    /// <summary>Names from the root down, joined by '/', without a leading one; unique in the workspace.</summary>
    public required string Path { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
