using System.Linq.Expressions;

using TusUpload.Data.Workspaces;

namespace TusUpload.Server.Api.Workspaces.Members;

/// <summary>A member as the API shows it.</summary>
/// <param name="Role"><c>viewer</c>: see and download; <c>contributor</c>: upload too; <c>editor</c>: rename, move, copy, delete and
/// restore too; <c>manager</c>: members, links and the workspace too.</param>
internal sealed record MemberView(string UserId, string Role, DateTimeOffset CreatedAt)
{
    public static readonly Expression<Func<WorkspaceMember, MemberView>> Of = member => new MemberView(member.UserId, member.Role, member.CreatedAt);
}
