using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Start;

/// <summary>A content folder belongs to one database; a server that would serve it with another one does not start.</summary>
public sealed class ContentFolderGuardTests(PostgresServer postgres) : IAsyncDisposable
{
    private readonly TestFolder _content = new();

    private string Mark => Path.Combine(_content.FullPath, "database");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _content.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_folder_of_another_database_is_refused_and_left_as_it_is(bool shared)
    {
        await using (var server = await StartAsync(null, shared))
        {
            await server.CreateUploadAsync(10);
        }

        var before = Entries();
        var mark = await File.ReadAllTextAsync(Mark, Ct);

        var failure = await RefusedAsync(shared);

        Assert.Contains("belongs to another database. Check ConnectionStrings:Postgres", failure.Message, StringComparison.Ordinal);
        Assert.Equal(before, Entries());
        Assert.Equal(mark, await File.ReadAllTextAsync(Mark, Ct));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_database_is_taken_again(bool shared)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (await StartAsync(database, shared))
        {
        }

        await using var again = await StartAsync(database, shared);

        Assert.Single(Directory.GetFiles(_content.FullPath, "database*"));
    }

    [Fact]
    public async Task A_shared_folder_that_is_not_mounted_is_refused_until_it_is_told_to_be_the_one()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var mounted = await StartAsync(database, shared: true);
        await using var elsewhere = new TestFolder();

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(database, shared: true, elsewhere.FullPath));

        Assert.Contains("is not the one that the other servers share", refusal.Message, StringComparison.Ordinal);
        File.Copy(Path.Combine(_content.FullPath, "shared"), elsewhere.File("shared"), overwrite: true);
        await using var moved = await StartAsync(database, shared: true, elsewhere.FullPath);
    }

    [Fact]
    public async Task A_folder_from_before_is_marked_and_keeps_its_uploads()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var server = await StartAsync(database, shared: false))
        {
            await server.CreateUploadAsync(10);
        }

        File.Delete(Mark);
        var before = Entries();
        await using (await StartAsync(database, shared: false))
        {
            Assert.Equal([.. before.Append(Mark).Order(StringComparer.Ordinal)], Entries());
        }
    }

    [Fact]
    public async Task A_mark_that_nobody_can_read_refuses()
    {
        await File.WriteAllTextAsync(Mark, "", Ct);

        var failure = await RefusedAsync(shared: false);

        Assert.Contains("belongs to another database", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await File.ReadAllTextAsync(Mark, Ct));
    }

    [Fact]
    public async Task Of_servers_that_start_at_once_on_a_new_folder_those_of_one_database_stay()
    {
        string[] databases = [await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync()];
        var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(async turn =>
        {
            try
            {
                return (Database: turn % 2, Server: (RunningServer?)await StartAsync(databases[turn % 2], shared: true));
            }
            catch (InvalidOperationException)
            {
                return (Database: turn % 2, Server: (RunningServer?)null);
            }
        }));

        foreach (var (_, server) in starts.Where(start => start.Server is not null))
        {
            await server!.DisposeAsync();
        }

        Assert.Equal(2, starts.Count(start => start.Server is not null));
        Assert.Single(starts.Where(start => start.Server is not null).DistinctBy(start => start.Database));
        Assert.Single(Directory.GetFiles(_content.FullPath, "database*"));
    }

    private string[] Entries() =>
        [.. Directory.GetFiles(_content.FullPath, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>With a new database.</summary>
    private async Task<InvalidOperationException> RefusedAsync(bool shared)
    {
        InvalidOperationException failure;
        var tries = 0;
        do
        {
            failure = await Assert.ThrowsAnyAsync<InvalidOperationException>(
                async () => await (await StartAsync(null, shared)).DisposeAsync());
        }
        while (failure is ObjectDisposedException && ++tries < 5);

        // What runs the server here may look at it once more when it has been disposed of already, and says that instead; not every time.
        return failure;
    }

    /// <param name="database">Null: a new one.</param>
    private Task<RunningServer> StartAsync(string? database, bool shared, string? folder = null) => RunningServer.StartAsync(postgres, settings =>
    {
        settings["Content:Path"] = folder ?? _content.FullPath;
        settings["Content:Shared"] = shared ? "true" : "false";
        if (database is not null)
        {
            settings["ConnectionStrings:Postgres"] = database;
        }
    });
}
