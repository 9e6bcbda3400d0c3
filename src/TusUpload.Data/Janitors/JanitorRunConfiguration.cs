using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Janitors;

internal sealed class JanitorRunConfiguration : IEntityTypeConfiguration<JanitorRun>
{
    public void Configure(EntityTypeBuilder<JanitorRun> table)
    {
        table.ToTable("janitor_runs");
        table.HasKey(run => run.Name);
        table.Property(run => run.Name).HasMaxLength(50);
        table.Property(run => run.Report).HasColumnType("jsonb");
    }
}
