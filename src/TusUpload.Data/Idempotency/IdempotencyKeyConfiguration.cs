using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Idempotency;

internal sealed class IdempotencyKeyConfiguration : IEntityTypeConfiguration<IdempotencyKey>
{
    public void Configure(EntityTypeBuilder<IdempotencyKey> table)
    {
        table.ToTable("idempotency_keys", t => t.HasCheckConstraint("ck_idempotency_keys_request_hash", "length(request_hash) = 32"));
        table.HasKey(key => new { key.Subject, key.Operation, key.Key });
        table.Property(key => key.Subject).HasMaxLength(200);
        table.Property(key => key.Operation).HasMaxLength(200);
        table.Property(key => key.Key).HasMaxLength(255);
        table.Property(key => key.ETag).HasColumnName("etag").HasMaxLength(100);
        table.Property(key => key.Location).HasMaxLength(500);
        table.HasIndex(key => key.CreatedAt);
    }
}
