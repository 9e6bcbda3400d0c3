using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Audit;

// Without foreign keys: what was done stays, whatever becomes of those it was done by and to.
internal sealed class AuditEntryConfiguration : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> table)
    {
        table.ToTable("audit_log");
        table.Property(entry => entry.Id).ValueGeneratedNever();
        table.Property(entry => entry.Actor).HasMaxLength(200);
        table.Property(entry => entry.Action).HasMaxLength(100);
        table.Property(entry => entry.Subject).HasMaxLength(200);
        table.Property(entry => entry.Address).HasMaxLength(45);
        table.HasIndex(entry => new { entry.Actor, entry.Id });
        table.HasIndex(entry => new { entry.Subject, entry.Id });
        table.HasIndex(entry => new { entry.WorkspaceId, entry.Id }).HasFilter("workspace_id IS NOT NULL");
    }
}
