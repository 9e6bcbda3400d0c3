using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Folders;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data.Links;

internal sealed class LinkConfiguration : IEntityTypeConfiguration<Link>
{
    public void Configure(EntityTypeBuilder<Link> table)
    {
        table.ToTable("links", t =>
        {
            t.HasStorageChecks("links");
            t.HasCheckConstraint("ck_links_uses", "uses >= 0 AND max_uses >= 1");
            t.HasCheckConstraint("ck_links_files", "files >= 0 AND max_files >= 1");
            t.HasCheckConstraint("ck_links_max_file_size", "max_file_size >= 0");
        });
        table.Property(link => link.Id).ValueGeneratedNever();
        table.Property(link => link.Slug).HasMaxLength(100);
        table.HasIndex(link => link.Slug).IsUnique();
        table.Property(link => link.StorageUsed).HasDefaultValue(0L);
        table.Property(link => link.StorageReserved).HasDefaultValue(0L);
        table.Property(link => link.StorageWarned).HasDefaultValue((short)0);
        table.Property(link => link.Name).HasMaxLength(200).HasDefaultValue("");
        table.Property(link => link.CreatedBy).HasMaxLength(200);
        table.Property(link => link.PasswordHash).HasMaxLength(500);
        table.Property(link => link.Uses).HasDefaultValue(0);
        table.Property(link => link.Files).HasDefaultValue(0);
        table.Property(link => link.Version).HasDefaultValue(1);
        table.HasIndex(link => new { link.WorkspaceId, link.Id });
        table.HasIndex(link => link.Id, "ix_links_allowed_origins").HasDatabaseName("ix_links_allowed_origins")
            .HasFilter("allowed_origins IS NOT NULL AND revoked_at IS NULL");
        table.HasOne<Workspace>().WithMany().HasForeignKey(link => link.WorkspaceId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Folder>().WithMany().HasForeignKey(link => link.FolderId).OnDelete(DeleteBehavior.SetNull);
    }
}
