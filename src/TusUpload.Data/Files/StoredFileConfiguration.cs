using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Batches;
using TusUpload.Data.Folders;
using TusUpload.Data.Links;
using TusUpload.Data.Users;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data.Files;

internal sealed class StoredFileConfiguration : IEntityTypeConfiguration<StoredFile>
{
    public void Configure(EntityTypeBuilder<StoredFile> table)
    {
        table.ToTable("files", t =>
        {
            t.HasCheckConstraint(
                "ck_files_processing_status",
                "processing_status IN ('received', 'verifying', 'scanning', 'storing', 'ready', 'rejected', 'failed')");
            t.HasCheckConstraint("ck_files_file_size", "file_size >= 0");
            t.HasCheckConstraint("ck_files_sha256", "sha256 ~ '^[0-9a-f]{64}$'");
            t.HasCheckConstraint("ck_files_promised_sha512", "promised_sha512 ~ '^[0-9a-f]{128}$'");
            t.HasCheckConstraint("ck_files_storage_path", "storage_path ~ '^[ -~]+$'");
            t.HasCheckConstraint(
                "ck_files_ready",
                "(processing_status = 'ready') = (ready_at IS NOT NULL) "
                + "AND (processing_status <> 'ready' OR (sha256 IS NOT NULL AND storage_path IS NOT NULL))");
            t.HasCheckConstraint("ck_files_rejection", "processing_status NOT IN ('rejected', 'failed') OR rejection_code IS NOT NULL");
        });
        table.Property(file => file.Id).ValueGeneratedNever();
        table.Property(file => file.UploaderId).HasMaxLength(200);
        table.Property(file => file.ContentType).HasMaxLength(255);
        table.Property(file => file.ProcessingStatus).HasMaxLength(20);
        table.Property(file => file.StoragePath).HasMaxLength(300);
        table.Property(file => file.RejectionCode).HasMaxLength(100);
        table.Property(file => file.RejectionMessage).HasMaxLength(1000);
        // In no index: it changes with every run.
        table.Property(file => file.OpenRuns).HasDefaultValue((short)0);
        table.Property(file => file.Replaces).HasDefaultValue(false);
        table.Property(file => file.IsLate).HasDefaultValue(false);
        table.Property(file => file.Version).HasDefaultValue(1);
        table.HasIndex(file => new { file.FolderId, file.Id }).HasFilter("folder_id IS NOT NULL");
        table.HasIndex(file => new { file.WorkspaceId, file.Id });
        table.HasIndex(file => new { file.WorkspaceId, file.FileName, file.Id }, "ix_files_replacing")
            .HasFilter("replaces AND processing_status = 'ready' AND deleted_at IS NULL");
        table.HasIndex(file => new { file.UserId, file.Id }).HasFilter("deleted_at IS NULL");
        table.HasIndex(file => new { file.UploaderId, file.Id }).HasFilter("uploader_id <> user_id AND deleted_at IS NULL");
        table.HasIndex(file => file.BatchId).HasFilter("batch_id IS NOT NULL");
        table.HasIndex(file => file.CreatedAt, "ix_files_unfinished")
            .HasFilter("processing_status IN ('received', 'verifying', 'scanning', 'storing')");
        table.HasIndex(file => file.CreatedAt, "ix_files_failed").HasDatabaseName("ix_files_failed").HasFilter("processing_status = 'failed'");
        table.HasIndex(file => file.DeletedAt).HasFilter("deleted_at IS NOT NULL");
        table.HasIndex(file => file.StoragePath).HasFilter("storage_path IS NOT NULL");
        table.HasOne<User>().WithMany().HasForeignKey(file => file.UserId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Workspace>().WithMany().HasForeignKey(file => file.WorkspaceId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Folder>().WithMany().HasForeignKey(file => file.FolderId).OnDelete(DeleteBehavior.SetNull);
        table.HasOne<Link>().WithMany().HasForeignKey(file => file.LinkId).OnDelete(DeleteBehavior.SetNull);
        table.HasOne<Batch>().WithMany().HasForeignKey(file => file.BatchId).OnDelete(DeleteBehavior.SetNull);
    }
}
