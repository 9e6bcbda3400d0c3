using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Files;

namespace TusUpload.Data.Moves;

internal sealed class FileMoveConfiguration : IEntityTypeConfiguration<FileMove>
{
    public void Configure(EntityTypeBuilder<FileMove> table)
    {
        table.ToTable("file_moves", t => t.HasCheckConstraint("ck_file_moves_storage_path", "storage_path ~ '^[ -~]+$'"));
        table.HasKey(move => move.FileId);
        table.Property(move => move.FileId).ValueGeneratedNever();
        table.Property(move => move.StoragePath).HasMaxLength(300);
        table.Property(move => move.RemoteId).HasMaxLength(2000);
        table.HasOne<StoredFile>().WithOne().HasForeignKey<FileMove>(move => move.FileId).OnDelete(DeleteBehavior.Cascade);
    }
}
