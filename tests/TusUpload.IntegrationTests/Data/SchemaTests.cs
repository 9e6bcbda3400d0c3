using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using TusUpload.Data.Migrations;
using TusUpload.Data.Workspaces;
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

    [Fact]
    public async Task Origins_are_read_without_a_look_at_workspaces_and_links_that_name_none()
    {
        await using var database = await TestDatabase.CreateAsync(postgres);
        await using var db = database.Db();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO tus_upload.workspaces (id, user_id, name, created_at)
            SELECT gen_random_uuid(), {TestDatabase.User}, 'a workspace', now() FROM generate_series(1, 2000);
            INSERT INTO tus_upload.links (id, workspace_id, slug, created_by, created_at)
            SELECT gen_random_uuid(), {database.Workspace}, gen_random_uuid()::text, {TestDatabase.User}, now() FROM generate_series(1, 2000);
            ANALYZE tus_upload.workspaces, tus_upload.links
            """, Ct);

        await using var explain = database.Get<NpgsqlDataSource>().CreateCommand("EXPLAIN " + AllowedOrigins.AllSql.Replace("$1", "10", StringComparison.Ordinal));
        await using var row = await explain.ExecuteReaderAsync(Ct);
        var plan = new List<string>();
        while (await row.ReadAsync(Ct))
        {
            plan.Add(row.GetString(0));
        }

        Assert.Contains(plan, line => line.Contains("ix_workspaces_allowed_origins", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("ix_links_allowed_origins", StringComparison.Ordinal));
        Assert.DoesNotContain(plan, line => line.Contains("Seq Scan", StringComparison.Ordinal));
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
