using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Files;

namespace TusUpload.Data.Journal;

internal sealed class StepEntryConfiguration : IEntityTypeConfiguration<StepEntry>
{
    public void Configure(EntityTypeBuilder<StepEntry> table)
    {
        table.ToTable("step_journal");
        table.HasKey(entry => new { entry.FileId, entry.Step });
        table.Property(entry => entry.Step).HasMaxLength(50);
        table.Property(entry => entry.Output).HasColumnType("jsonb");
        table.HasOne<StoredFile>().WithMany().HasForeignKey(entry => entry.FileId).OnDelete(DeleteBehavior.Cascade);
    }
}
