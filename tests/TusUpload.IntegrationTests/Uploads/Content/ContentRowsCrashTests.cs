using Npgsql;
using TusUpload.Data.Content;
using TusUpload.IntegrationTests.Embedded;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Uploads.Content;

/// <summary>What is left of rows when Postgres itself dies, on a cluster of its own.</summary>
public sealed class ContentRowsCrashTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_row_that_was_written_is_there_after_Postgres_was_killed()
    {
        var id = Guid.CreateVersion7();
        var first = await TestCluster.StartAsync(_folder.FullPath, new ClusterSettings());
        await TemplateDatabase.PrepareAsync(first.Postgres.ConnectionString);

        // Nobody but the statement itself flushes what it wrote: the writer in the background comes by too seldom to help.
        await first.ReadAsync("ALTER SYSTEM SET wal_writer_delay = '10s'");
        await first.ReadAsync("SELECT pg_reload_conf()");
        while (await first.ReadAsync("SHOW wal_writer_delay") is not "10s")
        {
            Ct.ThrowIfCancellationRequested();
        }

        await using (var database = NpgsqlDataSource.Create(first.Postgres.ConnectionString))
        {
            Assert.True(await new ContentRows(database, database).InsertAsync(id, node: null, epoch: 0, position: 0, new byte[] { 1, 2, 3 }, Ct));
            await Processes.KillPostgresAsync(first.Postgres.Home!.Cluster);
        }

        first.DieAsAServer();

        await using var second = await TestCluster.StartAsync(_folder.FullPath, new ClusterSettings());
        await using var recovered = NpgsqlDataSource.Create(second.Postgres.ConnectionString);

        var row = await new ContentRows(recovered, recovered).ReadAsync(id, position: 0, Ct);

        Assert.Equal([1, 2, 3], row?.ToArray());
    }
}
