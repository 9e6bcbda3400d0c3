using System.Runtime.Versioning;
using System.Text;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Embedded;

public sealed class ClusterPlaceTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_path_too_long_for_a_socket_gets_a_short_private_folder()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no sockets there.");
        var data = _folder.File(new string('d', 60), new string('e', 60));

        await using var cluster = await TestCluster.StartAsync(data);

        var home = cluster.Postgres.Home!;
        Assert.StartsWith(data, home.Cluster, StringComparison.Ordinal);
        Assert.StartsWith(RealPath.Of(Path.GetTempPath()), home.SocketFolder, StringComparison.Ordinal);
        Assert.True(Encoding.UTF8.GetByteCount(home.SocketFolder) < 80);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(home.SocketFolder));
        Assert.Equal(1, await cluster.ReadAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_path_with_characters_that_lists_are_cut_at_works()
    {
        await using var cluster = await TestCluster.StartAsync(_folder.File("Jane's data, 50%; ü"));

        Assert.Equal(1, await cluster.ReadAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_link_to_the_data_folder_leads_to_the_same_cluster()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Making links takes a privilege there.");
        var first = await TestCluster.StartAsync(_folder.File("data"));
        var processId = first.ProcessId;
        first.DieAsAServer();
        Directory.CreateSymbolicLink(_folder.File("link"), _folder.File("data"));

        await using var second = await TestCluster.StartAsync(_folder.File("link"));

        Assert.Equal(processId, second.ProcessId);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task As_root_a_closed_data_folder_sends_the_cluster_to_the_system_folder_and_back_to_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root runs Postgres as another user.");
        var data = Directory.CreateDirectory(_folder.File("closed"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var first = await TestCluster.StartAsync(data.FullName);
        var processId = first.ProcessId;
        first.DieAsAServer();
        await using var second = await TestCluster.StartAsync(data.FullName);

        Assert.Equal(Path.Combine(ClusterHomes.SystemFolder, ClusterHome.HashOf(data.FullName)), second.Postgres.Home!.Folder);
        Assert.Equal(processId, second.ProcessId);
        Assert.Equal(1, await second.ReadAsync("SELECT 1"));
        Assert.NotEqual(0, (await SystemUsers.OwnerAsync(second.Postgres.Home.Cluster, TestContext.Current.CancellationToken)).Id);
    }

    [Fact]
    public async Task As_root_a_cluster_keeps_the_owner_it_has()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root runs Postgres as another user.");
        var nobody = new SystemUser(65534, 65534, "nobody");
        await using (await TestCluster.StartAsync(_folder.FullPath))
        {
        }

        foreach (var part in new[] { "cluster", "run", "log" })
        {
            await SystemUsers.GiveAsync(_folder.File("postgres", part), nobody, TestContext.Current.CancellationToken);
        }

        await using var cluster = await TestCluster.StartAsync(_folder.FullPath);

        Assert.Equal(nobody.Id, cluster.Postgres.Home!.User!.Id);
        Assert.Equal(1, await cluster.ReadAsync("SELECT 1"));
    }
}
