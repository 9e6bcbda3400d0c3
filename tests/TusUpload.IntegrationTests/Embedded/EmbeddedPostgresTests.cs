using System.Diagnostics;
using System.Globalization;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Embedded;

public sealed class EmbeddedPostgresTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task The_first_start_makes_a_cluster_from_nothing()
    {
        await using var cluster = await TestCluster.StartAsync(_folder.FullPath, new ClusterSettings());

        Assert.Equal("tus_upload", await cluster.ReadAsync("SELECT current_database()"));
        Assert.Equal("UTF8", await cluster.ReadAsync("SHOW server_encoding"));
        Assert.Equal("on", await cluster.ReadAsync("SHOW data_checksums"));
        Assert.Equal("on", await cluster.ReadAsync("SHOW fsync"));
        Assert.Equal("100", await cluster.ReadAsync("SHOW max_connections"));
        Assert.Equal("128MB", await cluster.ReadAsync("SHOW shared_buffers"));
        Assert.Equal("", await cluster.ReadAsync("SHOW listen_addresses"));
        Assert.Equal(_folder.File("postgres", "cluster"), cluster.Postgres.Home!.Cluster);
    }

    [Fact]
    public async Task The_cluster_has_a_session_of_its_own_and_a_clean_stop_ends_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Reads /proc.");
        var cluster = await TestCluster.StartAsync(_folder.FullPath);
        await using (cluster)
        {
            Assert.Equal(cluster.ProcessId, Processes.SessionOf(cluster.ProcessId));
        }

        Assert.False(await Processes.PostgresRunsAsync(_folder.File("postgres", "cluster")));
        Assert.False(File.Exists(_folder.File("postgres", "cluster", "postmaster.pid")));
    }

    [Fact]
    public async Task A_server_that_was_killed_leaves_a_cluster_that_the_next_one_adopts()
    {
        var first = await TestCluster.StartAsync(_folder.FullPath);
        var processId = first.ProcessId;
        first.DieAsAServer();

        await using var second = await TestCluster.StartAsync(_folder.FullPath);

        Assert.Equal(processId, second.ProcessId);
        Assert.Equal(1, await second.ReadAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_cluster_that_was_killed_recovers_what_it_committed()
    {
        var first = await TestCluster.StartAsync(_folder.FullPath);
        await first.ReadAsync("CREATE TABLE kept AS SELECT 42 AS number");
        var processId = first.ProcessId;
        await Processes.KillPostgresAsync(first.Postgres.Home!.Cluster);
        first.DieAsAServer();

        await using var second = await TestCluster.StartAsync(_folder.FullPath);

        Assert.NotEqual(processId, second.ProcessId);
        Assert.Equal(42, await second.ReadAsync("SELECT number FROM kept"));
    }

    [Fact]
    public async Task A_new_cluster_waits_until_the_last_child_of_the_killed_one_has_ended()
    {
        var first = await TestCluster.StartAsync(_folder.FullPath);
        await first.ReadAsync("SELECT 1");
        var busy = first.ReadAsync("SELECT count(*) FROM generate_series(1, 15000000)");
        while (await first.ReadAsync("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM generate%'") is not 1L)
        {
            Ct.ThrowIfCancellationRequested();
        }

        await Processes.KillPostgresAsync(first.Postgres.Home!.Cluster);
        first.DieAsAServer();

        await using var second = await TestCluster.StartAsync(_folder.FullPath);

        Assert.Equal(1, await second.ReadAsync("SELECT 1"));
        await Record.ExceptionAsync(() => busy);
    }

    [Fact]
    public async Task A_stale_process_id_that_another_process_has_now_stops_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs sleep.");
        var first = await TestCluster.StartAsync(_folder.FullPath);
        await Processes.KillPostgresAsync(first.Postgres.Home!.Cluster);
        first.DieAsAServer();
        using var stranger = Process.Start("sleep", "60");
        var file = _folder.File("postgres", "cluster", "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(file, Ct);
        lines[0] = stranger.Id.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(file, lines, Ct);

        try
        {
            await using var second = await TestCluster.StartAsync(_folder.FullPath);

            Assert.Equal(1, await second.ReadAsync("SELECT 1"));
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task A_running_cluster_whose_socket_was_swept_away_is_started_again()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no sockets there.");
        var first = await TestCluster.StartAsync(_folder.FullPath);
        Directory.Delete(first.Postgres.Home!.SocketFolder, recursive: true);
        first.DieAsAServer();

        await using var second = await TestCluster.StartAsync(_folder.FullPath);

        Assert.Equal(1, await second.ReadAsync("SELECT 1"));
    }

    [Fact]
    public async Task An_initdb_that_was_killed_half_way_is_done_again()
    {
        Directory.CreateDirectory(_folder.File("postgres", "cluster.init-0"));
        await File.WriteAllTextAsync(_folder.File("postgres", "cluster.init-0", "PG_VERSION"), "15", Ct);

        await using var cluster = await TestCluster.StartAsync(_folder.FullPath);

        Assert.Equal(1, await cluster.ReadAsync("SELECT 1"));
        Assert.Empty(Directory.GetDirectories(_folder.File("postgres"), "cluster.init-*"));
    }

    [Fact]
    public async Task A_start_that_fails_tells_what_Postgres_said()
    {
        await using (await TestCluster.StartAsync(_folder.FullPath))
        {
        }

        await File.AppendAllTextAsync(_folder.File("postgres", "cluster", "postgresql.auto.conf"), "work_mem = 'nonsense'\n", Ct);

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => TestCluster.StartAsync(_folder.FullPath));

        Assert.Contains("invalid value for parameter \"work_mem\"", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.File("postgres", "log", "postgres.log"), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_tcp_it_takes_a_free_port_and_asks_for_the_password()
    {
        var settings = TestCluster.Fast with { Tcp = true };
        await using var cluster = await TestCluster.StartAsync(_folder.FullPath, settings);

        Assert.Equal(1, await cluster.ReadAsync("SELECT 1"));
        var wrong = new Npgsql.NpgsqlConnectionStringBuilder(cluster.Postgres.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new Npgsql.NpgsqlConnection(wrong.ConnectionString);
        var refusal = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => connection.OpenAsync(Ct));
        Assert.Equal(Npgsql.PostgresErrorCodes.InvalidPassword, refusal.SqlState);
    }
}
