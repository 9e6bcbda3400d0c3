using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace TusUpload.Data.Migrations;

/// <summary>Lets <c>dotnet ef migrations</c> work without a server or a database.</summary>
internal sealed class DesignTimeDb : IDesignTimeDbContextFactory<TusUploadDb>
{
    public TusUploadDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<TusUploadDb>()
        .UseNpgsql(DataServiceCollectionExtensions.Configure)
        .UseSnakeCaseNamingConvention()
        .Options);
}
