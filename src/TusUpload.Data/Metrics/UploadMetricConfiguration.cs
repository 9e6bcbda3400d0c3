using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Metrics;

internal sealed class UploadMetricConfiguration : IEntityTypeConfiguration<UploadMetric>
{
    public void Configure(EntityTypeBuilder<UploadMetric> table)
    {
        table.ToTable("upload_metrics");
        table.Property(metric => metric.Id).HasDefaultValueSql("gen_random_uuid()");
        table.Property(metric => metric.MetricType).HasMaxLength(50);
        table.Property(metric => metric.Value).HasColumnType("jsonb");
        table.HasIndex(metric => metric.RecordedAt);
    }
}
