namespace TusUpload.Data.Workspaces;

/// <summary>What a member may do in a workspace; each may do what the one before it may.</summary>
public static class WorkspaceRole
{
    /// <summary>See and download.</summary>
    public const string Viewer = "viewer";

    /// <summary>Upload too.</summary>
    public const string Contributor = "contributor";

    /// <summary>Rename, move, copy, delete and restore too.</summary>
    public const string Editor = "editor";

    /// <summary>Members, links and the workspace itself too.</summary>
    public const string Manager = "manager";
}
