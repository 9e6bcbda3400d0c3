using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Users;
using TusUpload.Data.Workspaces;

namespace TusUpload.Data.Batches;

internal sealed class BatchConfiguration : IEntityTypeConfiguration<Batch>
{
    public void Configure(EntityTypeBuilder<Batch> table)
    {
        table.ToTable("batches", t =>
        {
            t.HasCheckConstraint("ck_batches_status", "status IN ('open', 'sealed', 'completed', 'partial', 'failed', 'expired')");
            t.HasCheckConstraint("ck_batches_expected_files", "expected_files > 0");
            t.HasCheckConstraint("ck_batches_late_files", "late_files IN ('refuse', 'accept') AND late_joined >= 0");
            t.HasCheckConstraint(
                "ck_batches_counters",
                "processed_files >= 0 AND failed_files >= 0 AND received_files >= processed_files AND joined_files >= received_files "
                + "AND processed_files + failed_files <= joined_files AND (expected_files IS NULL OR joined_files <= expected_files)");
        });
        table.Property(batch => batch.Id).ValueGeneratedNever();
        table.Property(batch => batch.UploaderId).HasMaxLength(200);
        table.Property(batch => batch.Status).HasMaxLength(20);
        table.Property(batch => batch.AllOrNothing).HasDefaultValue(false);
        table.Property(batch => batch.IsAbandoned).HasDefaultValue(false);
        table.Property(batch => batch.LateFiles).HasMaxLength(20).HasDefaultValue(LatePolicy.Refuse);
        table.Property(batch => batch.LateJoined).HasDefaultValue(0);
        table.HasIndex(batch => new { batch.UserId, batch.Id });
        table.HasIndex(batch => new { batch.UploaderId, batch.Id }).HasFilter("uploader_id <> user_id");
        table.HasIndex(batch => batch.ExpiresAt).HasFilter("expires_at IS NOT NULL AND status IN ('open', 'sealed')");
        table.HasOne<User>().WithMany().HasForeignKey(batch => batch.UserId).OnDelete(DeleteBehavior.Restrict);
        table.HasOne<Workspace>().WithMany().HasForeignKey(batch => batch.WorkspaceId).OnDelete(DeleteBehavior.Restrict);
    }
}
