using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Outbox;

internal sealed class OutboxEventConfiguration : IEntityTypeConfiguration<OutboxEvent>
{
    public const string Sequence = "outbox_sequence";

    public void Configure(EntityTypeBuilder<OutboxEvent> table)
    {
        table.ToTable("outbox");
        table.HasKey(row => row.Position);
        table.Property(row => row.Position).UseIdentityAlwaysColumn();
        table.Property(row => row.EventId).HasDefaultValueSql("gen_random_uuid()");
        table.Property(row => row.Type).HasMaxLength(50);
        table.Property(row => row.UserId).HasMaxLength(200);
        table.Property(row => row.UploaderId).HasMaxLength(200);
        table.Property(row => row.Data).HasColumnType("jsonb");
        table.HasIndex(row => row.Sequence).IsUnique();
        table.HasIndex(row => new { row.UserId, row.Sequence });
        table.HasIndex(row => new { row.UploaderId, row.Sequence }).HasFilter("uploader_id IS NOT NULL");
        table.HasIndex(row => row.Position, "ix_outbox_waiting").HasFilter("sequence IS NULL");
    }
}
