using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TusUpload.Data.Migrations;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

public sealed class SchemaTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_model_has_no_change_that_no_migration_makes()
    {
        using var db = new DesignTimeDb().CreateDbContext([]);

        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Servers_that_start_together_upgrade_once()
    {
        await using var database = NpgsqlDataSource.Create(await EmptyDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new SchemaUpgrade(database, NullLogger<SchemaUpgrade>.Instance).RunAsync(Ct)));

        await using var applied = database.CreateCommand("SELECT count(*) FROM tus_upload.migrations");
        Assert.Equal((long)Migrations().Count, await applied.ExecuteScalarAsync(Ct));
    }

    [Fact]
    public async Task The_idempotent_script_makes_the_same_schema_and_may_run_twice()
    {
        await using var database = NpgsqlDataSource.Create(await EmptyDatabaseAsync());
        using var db = new DesignTimeDb().CreateDbContext([]);
        var script = db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent);

        for (var i = 0; i < 2; i++)
        {
            await using var run = database.CreateCommand(script);
            await run.ExecuteNonQueryAsync(Ct);
        }

        await new SchemaUpgrade(database, NullLogger<SchemaUpgrade>.Instance).RunAsync(Ct);
        await using var tables = database.CreateCommand("SELECT count(*) FROM pg_tables WHERE schemaname = 'tus_upload'");
        Assert.Equal(28L, await tables.ExecuteScalarAsync(Ct));
    }

    private static List<string> Migrations()
    {
        using var db = new DesignTimeDb().CreateDbContext([]);
        return [.. db.Database.GetMigrations()];
    }

    private async Task<string> EmptyDatabaseAsync()
    {
        var address = await postgres.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(address);
        await using var drop = database.CreateCommand("DROP SCHEMA tus_upload CASCADE");
        await drop.ExecuteNonQueryAsync(Ct);
        return address;
    }
}
