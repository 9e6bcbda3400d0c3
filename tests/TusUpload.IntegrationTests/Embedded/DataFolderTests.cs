using System.Diagnostics;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Embedded;

public sealed class DataFolderTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public void A_second_server_on_one_folder_is_refused_and_told_the_folder()
    {
        using var first = DataFolder.Open(_folder.FullPath);

        var refusal = Assert.Throws<EmbeddedPostgresException>(() => DataFolder.Open(_folder.FullPath));

        Assert.Contains(_folder.FullPath, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Another server is running", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_was_let_go_can_be_taken()
    {
        DataFolder.Open(_folder.FullPath).Dispose();

        using var again = DataFolder.Open(_folder.FullPath);

        Assert.Equal(_folder.FullPath, again.FullPath);
    }

    [Fact]
    public async Task The_lock_of_another_process_counts_and_falls_when_that_process_is_killed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && CommandRunner.FindInPath("flock") is not null, "Needs flock (util-linux).");
        var start = new ProcessStartInfo("flock", ["--no-fork", _folder.File("lock"), "sh", "-c", "echo held; exec sleep 60"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var other = Process.Start(start)!;
        Assert.Equal("held", await other.StandardOutput.ReadLineAsync(Ct));

        Assert.Throws<EmbeddedPostgresException>(() => DataFolder.Open(_folder.FullPath));
        other.Kill();
        await other.WaitForExitAsync(Ct);
        using var mine = DataFolder.Open(_folder.FullPath);

        var asked = await CommandRunner.RunAsync("flock", ["--nonblock", _folder.File("lock"), "true"], user: null, Ct);
        Assert.False(asked.Succeeded);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_with_its_name()
    {
        File.WriteAllText(_folder.File("file"), "");

        var refusal = Assert.Throws<EmbeddedPostgresException>(() => DataFolder.Open(_folder.File("file", "data")));

        Assert.Contains(_folder.File("file", "data"), refusal.Message, StringComparison.Ordinal);
    }
}
