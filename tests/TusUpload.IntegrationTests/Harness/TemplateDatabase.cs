using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TusUpload.Data.Migrations;

namespace TusUpload.IntegrationTests.Harness;

/// <summary>Prepares the database that every test database is cloned from.</summary>
internal static class TemplateDatabase
{
    /// <summary>Called once per run. The connection string has no pool: a database with open connections cannot be cloned.</summary>
    public static async Task PrepareAsync(string connectionString)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await new SchemaUpgrade(database, NullLogger<SchemaUpgrade>.Instance).RunAsync(CancellationToken.None);
    }
}
