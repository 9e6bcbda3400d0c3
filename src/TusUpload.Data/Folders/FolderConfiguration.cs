using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Links;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data.Folders;

internal sealed class FolderConfiguration : IEntityTypeConfiguration<Folder>
{
    public void Configure(EntityTypeBuilder<Folder> table)
    {
        table.ToTable("folders", t =>
        {
            t.HasCheckConstraint("ck_folders_path", "path <> '' AND path !~ '^/|/$|//'");
            t.HasCheckConstraint("ck_folders_deleted", "(deleted_at IS NULL) = (deleted_with IS NULL)");
        });
        table.Property(folder => folder.Id).ValueGeneratedNever();
        table.Property(folder => folder.Path).HasMaxLength(2000);
        table.HasIndex(folder => new { folder.WorkspaceId, folder.Path }).IsUnique().HasFilter("deleted_at IS NULL");
        table.Property(folder => folder.Version).HasDefaultValue(1);
        table.HasIndex(folder => folder.ParentId);
        table.HasIndex(folder => folder.DeletedWith).HasFilter("deleted_with IS NOT NULL");
        table.HasOne<Workspace>().WithMany().HasForeignKey(folder => folder.WorkspaceId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Link>().WithMany().HasForeignKey(folder => folder.LinkId).OnDelete(DeleteBehavior.SetNull);
        table.HasOne<Folder>().WithMany().HasForeignKey(folder => folder.ParentId).OnDelete(DeleteBehavior.Restrict);
    }
}
