using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Checksums;

internal sealed class FileChecksumConfiguration : IEntityTypeConfiguration<FileChecksum>
{
    public void Configure(EntityTypeBuilder<FileChecksum> table)
    {
        table.ToTable("file_checksums", t =>
        {
            t.HasCheckConstraint("ck_file_checksums_reference_count", "reference_count >= 0");
            t.HasCheckConstraint("ck_file_checksums_checksum", "checksum ~ '^[0-9a-f]{64}$'");
        });
        table.HasKey(content => content.Checksum);
        table.Property(content => content.Checksum).HasMaxLength(64);
        table.Property(content => content.StoragePath).HasMaxLength(300);
    }
}
