namespace TusUpload.Server.Api.Trash;

/// <summary>A deleted folder, with all below it, or a deleted workspace.</summary>
/// <param name="Kind"><c>folder</c> or <c>workspace</c>.</param>
/// <param name="Path">Where the folder was; of a workspace its name.</param>
/// <param name="PurgedAt">When it is removed for good.</param>
internal sealed record TrashView(Guid Id, string Kind, string Path, Guid WorkspaceId, DateTimeOffset DeletedAt, DateTimeOffset PurgedAt)
{
    public const string Folder = "folder";
    public const string Workspace = "workspace";
}
