using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Users;

namespace TusUpload.Data.Workspaces;

internal sealed class WorkspaceMemberConfiguration : IEntityTypeConfiguration<WorkspaceMember>
{
    public void Configure(EntityTypeBuilder<WorkspaceMember> table)
    {
        table.ToTable("workspace_members", t => t.HasCheckConstraint("ck_workspace_members_role", "role IN ('viewer', 'contributor', 'editor', 'manager')"));
        table.HasKey(member => new { member.WorkspaceId, member.UserId });
        table.Property(member => member.Role).HasMaxLength(20);
        table.HasIndex(member => member.UserId);
        table.HasOne<Workspace>().WithMany().HasForeignKey(member => member.WorkspaceId).OnDelete(DeleteBehavior.Cascade);
        table.HasOne<User>().WithMany().HasForeignKey(member => member.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
