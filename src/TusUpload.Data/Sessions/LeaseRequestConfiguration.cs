using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Sessions;

internal sealed class LeaseRequestConfiguration : IEntityTypeConfiguration<LeaseRequest>
{
    public void Configure(EntityTypeBuilder<LeaseRequest> table)
    {
        table.ToTable("lease_requests");
        table.Property(request => request.Id).ValueGeneratedNever();
        table.HasIndex(request => request.Node).HasFilter("NOT is_heard");
    }
}
