using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Batches;

internal sealed class BatchFileConfiguration : IEntityTypeConfiguration<BatchFile>
{
    public void Configure(EntityTypeBuilder<BatchFile> table)
    {
        table.ToTable("batch_files", t => t.HasCheckConstraint("ck_batch_files_size", "size >= 0"));
        table.HasKey(file => new { file.BatchId, file.Ordinal });
        table.Property(file => file.Name).HasMaxLength(4000);
        table.HasIndex(file => new { file.BatchId, file.Name });
        table.HasIndex(file => file.UploadId).IsUnique();
        table.HasOne<Batch>().WithMany().HasForeignKey(file => file.BatchId).OnDelete(DeleteBehavior.Cascade);
    }
}
