using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace TusUpload.Data.Secrets;

internal sealed class ServerSecretConfiguration : IEntityTypeConfiguration<ServerSecret>
{
    public void Configure(EntityTypeBuilder<ServerSecret> table)
    {
        table.ToTable("server_secrets", t => t.HasCheckConstraint("ck_server_secrets_value", "length(value) >= 32"));
        table.HasKey(secret => secret.Name);
        table.Property(secret => secret.Name).HasMaxLength(50);
    }
}
