using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Users;

internal sealed class UserConfiguration : IEntityTypeConfiguration<User>
{
    public void Configure(EntityTypeBuilder<User> table)
    {
        table.ToTable("users", t => t.HasStorageChecks("users"));
        table.Property(user => user.Id).HasMaxLength(200);
        table.Property(user => user.Plan).HasMaxLength(100);
        table.Property(user => user.HasOwnLimit).HasDefaultValue(false);
        table.Property(user => user.StorageUsed).HasDefaultValue(0L);
        table.Property(user => user.StorageReserved).HasDefaultValue(0L);
        table.Property(user => user.StorageWarned).HasDefaultValue((short)0);
    }
}
