using Npgsql;

namespace TusUpload.IntegrationTests.Harness;

public sealed class PostgresServerTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Databases_are_handed_out_fresh_and_apart()
    {
        var connections = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => postgres.CreateDatabaseAsync()));

        foreach (var connection in connections)
        {
            await using var database = NpgsqlDataSource.Create(connection);
            await using var command = database.CreateCommand("CREATE TABLE mine (id int)");
            await command.ExecuteNonQueryAsync(Ct);
        }

        Assert.Equal(3, connections.Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task What_the_template_is_given_is_in_every_database()
    {
        var prepared = 0;
        await using var server = new PostgresServer(async template =>
        {
            prepared++;
            await using var connection = new NpgsqlConnection(template);
            await connection.OpenAsync(Ct);
            await using var create = new NpgsqlCommand("CREATE TABLE given AS SELECT 7 AS number", connection);
            await create.ExecuteNonQueryAsync(Ct);
        });
        await server.InitializeAsync();

        _ = await server.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(await server.CreateDatabaseAsync());
        await using var read = database.CreateCommand("SELECT number FROM given");

        Assert.Equal(7, await read.ExecuteScalarAsync(Ct));
        Assert.Equal(1, prepared);
    }
}
