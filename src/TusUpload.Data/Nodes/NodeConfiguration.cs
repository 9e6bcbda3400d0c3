using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Nodes;

internal sealed class NodeConfiguration : IEntityTypeConfiguration<Node>
{
    public void Configure(EntityTypeBuilder<Node> table)
    {
        table.ToTable("nodes");
        table.Property(node => node.Id).ValueGeneratedNever();
        table.Property(node => node.Host).HasMaxLength(255);
    }
}
