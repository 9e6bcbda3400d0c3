using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Embedded;

namespace TusUpload.IntegrationTests.Embedded;

public sealed class BinariesTests : IAsyncDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _folder.DisposeAsync();

    [Fact]
    public async Task A_cluster_of_another_major_is_refused_with_both_versions()
    {
        var installed = await InstalledAsync();
        Directory.CreateDirectory(_folder.File("postgres", "cluster"));
        await File.WriteAllTextAsync(_folder.File("postgres", "cluster", "PG_VERSION"), "11\n", Ct);

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => TestCluster.StartAsync(_folder.FullPath));

        Assert.Contains("made by PostgreSQL 11", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"PostgreSQL {installed.Major} in {installed.Folder}"),
            refusal.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_binaries_and_without_download_the_refusal_says_what_to_do()
    {
        var hidden = TestCluster.Fast with { Places = [] };

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => TestCluster.StartAsync(_folder.FullPath, hidden, new EmbeddedOptions { AllowDownload = false }));

        Assert.Contains("no PostgreSQL at all", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Embedded:BinariesPath", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_folder_without_binaries_is_refused_and_not_passed_over()
    {
        var options = new EmbeddedOptions { BinariesPath = _folder.FullPath };

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => TestCluster.StartAsync(_folder.File("data"), TestCluster.Fast, options));

        Assert.Contains(_folder.FullPath, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configured_folder_comes_before_the_usual_places()
    {
        var installed = await InstalledAsync();
        var hidden = TestCluster.Fast with { Places = [] };
        var options = new EmbeddedOptions { BinariesPath = installed.Folder, AllowDownload = false };

        await using var cluster = await TestCluster.StartAsync(_folder.FullPath, hidden, options);

        Assert.Equal(1, await cluster.ReadAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_folder_with_some_of_the_programs_is_none()
    {
        await File.WriteAllTextAsync(_folder.File("pg_ctl"), "", Ct);
        await File.WriteAllTextAsync(_folder.File("initdb"), "", Ct);

        Assert.Null(await PostgresBinaries.ReadAsync(_folder.FullPath, user: null, Ct));
    }

    [Fact]
    [Trait("Category", "Npm")]
    public async Task On_a_machine_without_Postgres_npm_fetches_it_once()
    {
        Assert.SkipWhen(CommandRunner.FindInPath(OperatingSystem.IsWindows() ? "npm.cmd" : "npm") is null, "There is no npm.");
        var hidden = TestCluster.Fast with { Places = [] };
        await using (var first = await TestCluster.StartAsync(_folder.FullPath, hidden))
        {
            var version = (string?)await first.ReadAsync("SHOW server_version_num");
            Assert.StartsWith(NpmBinaries.PackageMajor.ToString(CultureInfo.InvariantCulture), version, StringComparison.Ordinal);
            Assert.Equal("é", await first.ReadAsync("SELECT lower('É')"));
        }

        await using var second = await TestCluster.StartAsync(_folder.FullPath, hidden, new EmbeddedOptions { AllowDownload = false });

        Assert.Equal(1, await second.ReadAsync("SELECT 1"));
        Assert.Equal([NpmBinaries.PackageVersion], Directory.GetDirectories(second.Postgres.Home!.Binaries).Select(Path.GetFileName));
    }

    /// <summary>What the usual places hold, or a skip: the other tests then run on what npm fetches.</summary>
    private async Task<PostgresBinaries> InstalledAsync()
    {
        using var data = DataFolder.Open(_folder.File("other"));
        var home = await new ClusterHomes(NullLoggerFactory.Instance).ChooseAsync(data, Ct);
        foreach (var place in BinariesPlaces.Usual())
        {
            if (await PostgresBinaries.ReadAsync(place, home.User, Ct) is { } installed)
            {
                return installed;
            }
        }

        Assert.Skip("PostgreSQL is not installed here.");
        return null!;
    }
}
