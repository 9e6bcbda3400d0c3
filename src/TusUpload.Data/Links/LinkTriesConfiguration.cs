using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Links;

internal sealed class LinkTriesConfiguration : IEntityTypeConfiguration<LinkTries>
{
    public void Configure(EntityTypeBuilder<LinkTries> table)
    {
        table.ToTable("link_tries");
        table.HasKey(tries => new { tries.LinkId, tries.Address });
        table.Property(tries => tries.Address).HasMaxLength(45);
        table.HasOne<Link>().WithMany().HasForeignKey(tries => tries.LinkId).OnDelete(DeleteBehavior.Cascade);
    }
}
