using TusUpload.Data.Workspaces;

namespace TusUpload.Uploads.Admission;

/// <summary>What the roles of a workspace's members give.</summary>
public static class MemberRights
{
    private static readonly (string Role, Rights Gives)[] Roles =
    [
        (WorkspaceRole.Viewer, Rights.Read),
        (WorkspaceRole.Contributor, Rights.Read | Rights.Upload),
        (WorkspaceRole.Editor, Rights.Read | Rights.Upload | Rights.Write),
        (WorkspaceRole.Manager, Rights.OfUser),
    ];

    /// <summary>The roles that give all of these.</summary>
    public static string[] RolesWith(Rights needs) => [.. Roles.Where(role => (role.Gives & needs) == needs).Select(role => role.Role)];
}
