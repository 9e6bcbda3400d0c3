using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Users;

namespace TusUpload.Data.Workspaces;

internal sealed class WorkspaceConfiguration : IEntityTypeConfiguration<Workspace>
{
    public void Configure(EntityTypeBuilder<Workspace> table)
    {
        table.ToTable("workspaces", t =>
        {
            t.HasStorageChecks("workspaces");
            t.HasCheckConstraint("ck_workspaces_name_policy", "name_policy IN ('keep_both', 'replace', 'refuse')");
            t.HasCheckConstraint("ck_workspaces_max_file_size", "max_file_size >= 0");
        });
        table.Property(workspace => workspace.Id).ValueGeneratedNever();
        table.Property(workspace => workspace.Name).HasMaxLength(200);
        table.Property(workspace => workspace.StorageUsed).HasDefaultValue(0L);
        table.Property(workspace => workspace.StorageReserved).HasDefaultValue(0L);
        table.Property(workspace => workspace.StorageWarned).HasDefaultValue((short)0);
        table.Property(workspace => workspace.NamePolicy).HasMaxLength(20).HasDefaultValue(NamePolicy.KeepBoth);
        table.Property(workspace => workspace.Version).HasDefaultValue(1);
        table.HasIndex(workspace => new { workspace.UserId, workspace.Id });
        table.HasIndex(workspace => workspace.DeletedAt).HasFilter("deleted_at IS NOT NULL");
        table.HasIndex(workspace => workspace.Id, "ix_workspaces_allowed_origins").HasDatabaseName("ix_workspaces_allowed_origins")
            .HasFilter("allowed_origins IS NOT NULL AND deleted_at IS NULL");
        table.HasOne<User>().WithMany().HasForeignKey(workspace => workspace.UserId).OnDelete(DeleteBehavior.Restrict);
    }
}
