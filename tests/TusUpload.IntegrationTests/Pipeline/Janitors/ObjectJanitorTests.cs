using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Janitors;
using TusUpload.Pipeline.Storage;

namespace TusUpload.IntegrationTests.Pipeline.Janitors;

public sealed class ObjectJanitorTests(PostgresServer postgres)
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(25);
    private static readonly TimeSpan Young = TimeSpan.FromHours(23);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("report")]
    [InlineData("remove")]
    public async Task Objects_without_a_file_are_told_and_removed_only_where_that_is_wanted(string what)
    {
        await using var server = await RunningServer.StartAsync(postgres, settings => settings["Storage:OrphanedObjects"] = what);
        var stored = await StoredAsync(server);
        var (orphan, young) = (Put(server, NewKey(), Old), Put(server, NewKey(), Young));
        var others = new[] { Put(server, "README.txt", Old), Put(server, $"backup/{Guid.CreateVersion7():d}", Old), Put(server, $"{NewKey()}x", Old) };
        File.SetLastWriteTimeUtc(stored, TimeProvider.System.GetUtcNow().UtcDateTime - Old);

        var report = await RunAsync(server);

        Assert.Equal((1, what == "remove" ? 1 : 0), (report["without_file"], report["removed"]));
        Assert.Equal(what == "report", File.Exists(orphan));
        Assert.All(others.Append(stored).Append(young), path => Assert.True(File.Exists(path), path));
    }

    [Fact]
    public async Task What_a_store_left_unfinished_goes()
    {
        await using var server = await RunningServer.StartAsync(postgres);
        var stored = await StoredAsync(server);
        File.SetLastWriteTimeUtc(stored, TimeProvider.System.GetUtcNow().UtcDateTime - Old);
        var left = new[] { Put(server, $"{NewKey()}.part", Old), Put(server, $".check-{Guid.CreateVersion7():n}", Old) };
        var young = new[] { Put(server, $"{NewKey()}.part", Young), Put(server, $".check-{Guid.CreateVersion7():n}", Young) };

        var report = await RunAsync(server);

        Assert.Equal((2, 0), (report["unfinished_removed"], report["without_file"]));
        Assert.DoesNotContain(left, File.Exists);
        Assert.All(young.Append(stored), path => Assert.True(File.Exists(path), path));
    }

    private static string NewKey() => ObjectKey.For(null, Guid.CreateVersion7(), Guid.CreateVersion7());

    private static Task<Dictionary<string, long>> RunAsync(RunningServer server) =>
        server.Services.GetServices<IJanitor>().OfType<ObjectJanitor>().Single().RunOnceAsync(Ct);

    private static string Put(RunningServer server, string key, TimeSpan age)
    {
        var path = Path.Combine(server.DataPath, "objects", key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "bytes");
        File.SetLastWriteTimeUtc(path, TimeProvider.System.GetUtcNow().UtcDateTime - age);
        return path;
    }

    private static async Task<string> StoredAsync(RunningServer server)
    {
        var id = await server.UploadAsync(new byte[100]);
        var key = await Eventually.IsAsync(() => server.WithDbAsync(db => db.Files
            .Where(file => file.Id == id && file.ProcessingStatus == FileStatus.Ready).Select(file => file.StoragePath).SingleOrDefaultAsync(Ct)));
        return Path.Combine(server.DataPath, "objects", key!);
    }
}
