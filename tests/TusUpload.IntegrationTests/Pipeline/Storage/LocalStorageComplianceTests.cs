using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

public sealed class LocalStorageComplianceTests(PostgresServer postgres) : ObjectStorageCompliance(postgres)
{
    protected override Task<Dictionary<string, string?>> SettingsAsync() =>
        Task.FromResult(new Dictionary<string, string?> { ["Storage:Kind"] = "local", ["Storage:Bucket"] = null });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_wait_while_the_folder_is_away_for_more_attempts_than_there_are(bool isFile)
    {
        var folder = Path.Combine(Path.GetTempPath(), $"tus-objects-{Guid.CreateVersion7():n}");
        var settings = await SettingsAsync();
        settings["Storage:LocalPath"] = folder;
        settings["Jobs:Attempts"] = "1";
        settings["Jobs:FirstRetryDelay"] = "00:00:00.100";
        settings["Jobs:MaxRetryDelay"] = "00:00:00.200";
        settings["Jobs:UnqueuedAfter"] = "00:00:00";
        settings["Jobs:SweepInterval"] = "00:00:00.200";
        await using var host = await CreateAsync(isFile, settings);
        var bytes = PipelineHost.Bytes(100_000);
        await host.StartAsync();
        try
        {
            // Nobody can make a folder where a file is, not even root.
            Directory.Delete(folder, recursive: true);
            await File.WriteAllTextAsync(folder, "", Ct);
            var id = await host.ReceiveAsync(bytes);
            await host.EndedAsync(id, FileStatus.Storing);
            await Eventually.IsAsync(async () => (bool)(await host.QueryAsync(
                "SELECT EXISTS (SELECT FROM hangfire.jobparameter WHERE name = 'Waits' AND value::int > 3)"))!);
            Assert.Equal(FileStatus.Storing, (await host.FileAsync(id))!.ProcessingStatus);

            File.Delete(folder);

            await AssertIsAsync(bytes, host, (await host.EndedAsync(id, FileStatus.Ready)).StoragePath!);
        }
        finally
        {
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
            else
            {
                File.Delete(folder);
            }
        }
    }
}
