using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Users;

namespace TusUpload.Data.Workspaces;

internal sealed class WorkspaceConfiguration : IEntityTypeConfiguration<Workspace>
{
    public void Configure(EntityTypeBuilder<Workspace> table)
    {
        table.ToTable("workspaces", t => t.HasStorageChecks("workspaces"));
        table.Property(workspace => workspace.Id).ValueGeneratedNever();
        table.Property(workspace => workspace.Name).HasMaxLength(200);
        table.Property(workspace => workspace.StorageUsed).HasDefaultValue(0L);
        table.Property(workspace => workspace.StorageReserved).HasDefaultValue(0L);
        table.HasOne<User>().WithMany().HasForeignKey(workspace => workspace.UserId).OnDelete(DeleteBehavior.Restrict);
    }
}
