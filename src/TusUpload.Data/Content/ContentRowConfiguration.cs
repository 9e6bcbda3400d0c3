using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Content;

internal sealed class ContentRowConfiguration : IEntityTypeConfiguration<ContentRow>
{
    public void Configure(EntityTypeBuilder<ContentRow> table)
    {
        table.ToTable("content_rows", t => t.HasCheckConstraint("ck_content_rows_bytes", "length(bytes) BETWEEN 1 AND 1048576"));
        table.HasKey(row => new { row.SessionId, row.Position });
    }
}
