using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Content;

internal sealed class ContentMultipartConfiguration : IEntityTypeConfiguration<ContentMultipart>
{
    public void Configure(EntityTypeBuilder<ContentMultipart> table)
    {
        table.ToTable("content_multiparts", t => t.HasCheckConstraint("ck_content_multiparts_part_size", "part_size > 0"));
        table.HasKey(multipart => multipart.SessionId);
        table.Property(multipart => multipart.SessionId).ValueGeneratedNever();
    }
}

internal sealed class ContentPartConfiguration : IEntityTypeConfiguration<ContentPart>
{
    public void Configure(EntityTypeBuilder<ContentPart> table)
    {
        table.ToTable("content_parts", t => t.HasCheckConstraint("ck_content_parts_number", "number BETWEEN 1 AND 10000"));
        table.HasKey(part => new { part.SessionId, part.Number });
        table.HasOne<ContentMultipart>().WithMany().HasForeignKey(part => part.SessionId).OnDelete(DeleteBehavior.Cascade);
    }
}
