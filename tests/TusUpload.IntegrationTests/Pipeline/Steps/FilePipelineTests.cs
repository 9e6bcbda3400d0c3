using Microsoft.Extensions.DependencyInjection;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;
using TusUpload.Pipeline.Storage;
using TusUpload.Pipeline.Storage.Local;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Steps;

public sealed class FilePipelineTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_ends_as_one_object_counted_once_and_announced_in_order()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var bytes = PipelineHost.Bytes(300_000);
        var id = await host.ReceiveAsync(bytes, spans: 3, promised: PipelineHost.Sha256(bytes), digest: false, reserved: 500_000);

        await host.Get<FilePipeline>().RunAsync(id, Ct);

        var file = (await host.FileAsync(id))!;
        Assert.Equal(("ready", PipelineHost.Sha256(bytes)), (file.ProcessingStatus, file.Sha256));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(host.ObjectOf(id), Ct));
        Assert.False(File.Exists(host.ContentOf(id)));
        Assert.Equal((bytes.Length, 0), await host.UsageAsync());
        Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], await host.EventsAsync(id));
        await using var read = await host.Get<IObjectStorage>().OpenReadAsync(file.StoragePath!, Ct);
        Assert.True(read.CanSeek);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_run_killed_anywhere_and_run_again_leaves_the_same_as_one_run(bool byRename)
    {
        var faults = new Faults();
        await using var host = await CreateAsync(faults, byRename);
        var places = 0;
        for (var killed = true; killed; places++)
        {
            var batch = await host.BatchAsync(expected: 1);
            var bytes = PipelineHost.Bytes(10_000, seed: places);
            var id = await host.ReceiveAsync(bytes, spans: 2, digest: false, batch: batch);
            var (used, _) = await host.UsageAsync();
            faults.KillAt(places);
            killed = await IsKilledAsync(host.Get<FilePipeline>(), id);
            faults.Never();

            await host.Get<FilePipeline>().RunAsync(id, Ct);

            Assert.Equal(("ready", PipelineHost.Sha256(bytes)), ((await host.FileAsync(id))!.ProcessingStatus, (await host.FileAsync(id))!.Sha256));
            Assert.Equal(bytes, await File.ReadAllBytesAsync(host.ObjectOf(id), Ct));
            Assert.Equal(places + 1, host.Objects().Length);
            Assert.False(File.Exists(host.ContentOf(id)));
            Assert.Equal((used + bytes.Length, 0), await host.UsageAsync());
            Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], await host.EventsAsync(id));
            var ended = await host.FindBatchAsync(batch);
            Assert.Equal(("completed", 1, 0), (ended.Status, ended.ProcessedFiles, ended.FailedFiles));
            Assert.Equal(["batch.completed"], await host.EventsAsync(batch));
        }

        Assert.True(places > 8);
    }

    [Fact]
    public async Task A_rejection_killed_anywhere_and_run_again_releases_what_was_held_once()
    {
        var faults = new Faults();
        await using var host = await CreateAsync(faults, byRename: true);
        for (var (place, killed) = (0, true); killed; place++)
        {
            var batch = await host.BatchAsync(expected: 1);
            var id = await host.ReceiveAsync(PipelineHost.Bytes(5_000), promised: new string('a', 64), digest: false, batch: batch);
            faults.KillAt(place);
            killed = await IsKilledAsync(host.Get<FilePipeline>(), id);
            faults.Never();

            await host.Get<FilePipeline>().RunAsync(id, Ct);

            var file = (await host.FileAsync(id))!;
            Assert.Equal(("rejected", "checksum_mismatch"), (file.ProcessingStatus, file.RejectionCode));
            Assert.Empty(host.Objects());
            Assert.False(File.Exists(host.ContentOf(id)));
            Assert.Equal((0, 0), await host.UsageAsync());
            Assert.Equal(["upload.created", "upload.received", "file.processing", "file.rejected"], await host.EventsAsync(id));
            Assert.Equal(("failed", 1), ((await host.FindBatchAsync(batch)).Status, (await host.FindBatchAsync(batch)).FailedFiles));
        }
    }

    [Fact]
    public async Task Many_jobs_for_one_file_at_once_do_it_once()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var bytes = PipelineHost.Bytes(2_000_000);
        var id = await host.ReceiveAsync(bytes, digest: false);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => host.Get<IngestJob>().RunAsync(id, 1, Ct), Ct)));

        Assert.Equal(bytes, await File.ReadAllBytesAsync(Assert.Single(host.Objects()), Ct));
        Assert.Equal((bytes.Length, 0), await host.UsageAsync());
        Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], await host.EventsAsync(id));
    }

    [Fact]
    public async Task An_empty_file_is_a_file()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var id = await host.ReceiveAsync([], digest: false);

        await host.Get<FilePipeline>().RunAsync(id, Ct);

        Assert.Equal(("ready", PipelineHost.Sha256([])), ((await host.FileAsync(id))!.ProcessingStatus, (await host.FileAsync(id))!.Sha256));
        Assert.Empty(await File.ReadAllBytesAsync(host.ObjectOf(id), Ct));
    }

    private static async Task<bool> IsKilledAsync(FilePipeline pipeline, Guid id)
    {
        try
        {
            await pipeline.RunAsync(id, Ct);
            return false;
        }
        catch (KilledException)
        {
            return true;
        }
    }

    private Task<PipelineHost> CreateAsync(Faults faults, bool byRename) => PipelineHost.CreateAsync(
        postgres,
        before: services => services.AddSingleton<TimeProvider>(new FaultyTime(faults)),
        after: services =>
        {
            services.AddSingleton<IUploadContent>(provider =>
            {
                var content = new FaultyContent(provider.GetRequiredService<DiskContent>(), faults);
                return byRename ? content : new UnnamedContent(content);
            });
            services.AddSingleton<IObjectStorage>(provider => new FaultyStorage(
                (LocalObjectStorage)provider.GetRequiredKeyedService<IObjectStorage>("local"), faults));
        });
}
