using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using TusUpload.Data.Users;

namespace TusUpload.Data.ApiKeys;

internal sealed class ApiKeyConfiguration : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> table)
    {
        table.ToTable("api_keys", t => t.HasCheckConstraint("ck_api_keys_secret_hash", "length(secret_hash) = 32"));
        table.Property(key => key.Id).ValueGeneratedNever();
        table.Property(key => key.Name).HasMaxLength(100);
        table.HasIndex(key => new { key.UserId, key.Id });
        table.HasOne<User>().WithMany().HasForeignKey(key => key.UserId).OnDelete(DeleteBehavior.Cascade);
    }
}
