using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Folders;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data.Links;

internal sealed class LinkConfiguration : IEntityTypeConfiguration<Link>
{
    public void Configure(EntityTypeBuilder<Link> table)
    {
        table.ToTable("links", t => t.HasStorageChecks("links"));
        table.Property(link => link.Id).ValueGeneratedNever();
        table.Property(link => link.Slug).HasMaxLength(100);
        table.HasIndex(link => link.Slug).IsUnique();
        table.Property(link => link.StorageUsed).HasDefaultValue(0L);
        table.Property(link => link.StorageReserved).HasDefaultValue(0L);
        table.HasOne<Workspace>().WithMany().HasForeignKey(link => link.WorkspaceId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Folder>().WithMany().HasForeignKey(link => link.FolderId).OnDelete(DeleteBehavior.SetNull);
    }
}
