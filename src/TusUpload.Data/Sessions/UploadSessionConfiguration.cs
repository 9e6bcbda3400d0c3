using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Batches;
using TusUpload.Data.Folders;
using TusUpload.Data.Links;
using TusUpload.Data.Users;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data.Sessions;

internal sealed class UploadSessionConfiguration : IEntityTypeConfiguration<UploadSession>
{
    public void Configure(EntityTypeBuilder<UploadSession> table)
    {
        table.ToTable("upload_sessions", t =>
        {
            t.HasCheckConstraint("ck_upload_sessions_status", "status IN ('receiving', 'received', 'joined', 'expired', 'terminated')");
            t.HasCheckConstraint("ck_upload_sessions_uploaded_size", "uploaded_size >= 0 AND (total_size IS NULL OR uploaded_size <= total_size)");
            t.HasCheckConstraint("ck_upload_sessions_received", "status <> 'received' OR uploaded_size = total_size");
            t.HasCheckConstraint(
                "ck_upload_sessions_reserved_size",
                "reserved_size >= 0 AND (status <> 'receiving' OR part_ids IS NOT NULL OR reserved_size >= uploaded_size) "
                + "AND (status NOT IN ('joined', 'expired', 'terminated') OR reserved_size = 0)");
            t.HasCheckConstraint("ck_upload_sessions_lease", "lease_epoch >= 0 AND (status = 'receiving' OR lease_node IS NULL)");
            t.HasCheckConstraint(
                "ck_upload_sessions_parts",
                "NOT (is_partial AND (part_ids IS NOT NULL OR status = 'received' OR batch_id IS NOT NULL)) "
                + "AND (status <> 'joined' OR is_partial AND final_id IS NOT NULL) AND (final_id IS NULL OR is_partial) "
                + "AND (part_ids IS NULL) = (concat IS NULL)");
            t.HasCheckConstraint("ck_upload_sessions_resume_key", "length(resume_key) BETWEEN 1 AND 255");
            t.HasCheckConstraint("ck_upload_sessions_promised_sha512", "promised_sha512 ~ '^[0-9a-f]{128}$'");
            t.HasCheckConstraint("ck_upload_sessions_file_hash", "file_hash ~ '^[0-9a-f]{64}$'");
        });
        table.Property(session => session.Id).ValueGeneratedNever();
        table.Property(session => session.UploaderId).HasMaxLength(200);
        table.Property(session => session.ContentType).HasMaxLength(255);
        table.Property(session => session.Status).HasMaxLength(20);
        table.Property(session => session.Replaces).HasDefaultValue(false);
        table.Property(session => session.IsLate).HasDefaultValue(false);
        table.HasIndex(session => new { session.UserId, session.Id });
        table.HasIndex(session => session.FolderId).HasFilter("folder_id IS NOT NULL");
        table.HasIndex(session => session.BatchId).HasFilter("batch_id IS NOT NULL");
        table.HasIndex(session => new { session.UploaderId, session.Id }).HasFilter("uploader_id <> user_id");
        table.HasIndex(session => session.ExpiresAt).HasFilter("status = 'receiving'");
        table.HasIndex(session => session.ContentNode, "ix_upload_sessions_leftovers")
            .HasFilter("status IN ('expired', 'terminated') AND NOT content_removed");
        table.HasIndex(session => new { session.UploaderId, session.ResumeKey }).IsUnique()
            .HasFilter("resume_key IS NOT NULL AND status IN ('receiving', 'received')");
        table.HasIndex(session => session.FinalId).HasFilter("final_id IS NOT NULL");
        table.HasIndex(session => session.Id, "ix_upload_sessions_unfinished_finals").HasFilter("part_ids IS NOT NULL AND status = 'receiving'");
        table.HasOne<UploadSession>().WithMany().HasForeignKey(session => session.FinalId).OnDelete(DeleteBehavior.Cascade);
        table.HasOne<User>().WithMany().HasForeignKey(session => session.UserId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Workspace>().WithMany().HasForeignKey(session => session.WorkspaceId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Folder>().WithMany().HasForeignKey(session => session.FolderId).OnDelete(DeleteBehavior.SetNull);
        table.HasOne<Link>().WithMany().HasForeignKey(session => session.LinkId).OnDelete(DeleteBehavior.SetNull);
        table.HasOne<Batch>().WithMany().HasForeignKey(session => session.BatchId).OnDelete(DeleteBehavior.SetNull);
    }
}
