using Microsoft.Extensions.DependencyInjection;
using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;

namespace TusUpload.IntegrationTests.Pipeline.Steps;

public sealed class FileRunsTests(PostgresServer postgres)
{
    private static readonly Guid Dead = Guid.CreateVersion7();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public async Task A_file_that_killed_as_many_processes_as_it_may_fails_with_all_it_has_and_is_ready_after_a_replay(int limit)
    {
        await using var host = await PipelineHost.CreateAsync(postgres, new() { ["Jobs:CrashLimit"] = $"{limit}" });
        await host.PrepareJobsAsync();
        var batch = await host.BatchAsync(expected: 1);
        var bytes = PipelineHost.Bytes(1_000);
        var id = await host.ReceiveAsync(bytes, batch: batch);
        await DieAsync(host, id, limit);

        await host.Get<IngestJob>().RunAsync(id, 1, Ct);
        await host.Get<IngestJob>().RunAsync(id, 1, Ct);

        var file = (await host.FileAsync(id))!;
        Assert.Equal((FileStatus.Failed, "processing_crashed", (short)0), (file.ProcessingStatus, file.RejectionCode, file.OpenRuns));
        Assert.Equal(bytes, (await File.ReadAllBytesAsync(host.ContentOf(id), Ct))[..bytes.Length]);
        Assert.Equal((0, 1_000), await host.UsageAsync());
        Assert.Equal("failed", (await host.FindBatchAsync(batch)).Status);
        Assert.Equal(["upload.created", "upload.received", "file.processing", "file.failed"], await host.EventsAsync(id));

        Assert.True(await host.Get<FileReplay>().ReplayAsync(id, PipelineHost.User, Ct));
        await host.Get<IngestJob>().RunAsync(id, 1, Ct);

        file = (await host.FileAsync(id))!;
        Assert.Equal((FileStatus.Ready, PipelineHost.Sha256(bytes), (short)0), (file.ProcessingStatus, file.Sha256, file.OpenRuns));
        Assert.Equal((1_000, 0), await host.UsageAsync());
    }

    [Fact]
    public async Task A_file_that_killed_one_process_less_is_ready()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));
        await DieAsync(host, id, 4);

        await host.Get<IngestJob>().RunAsync(id, 1, Ct);

        Assert.Equal(FileStatus.Ready, (await host.FileAsync(id))!.ProcessingStatus);
    }

    [Fact]
    public async Task Deaths_are_counted_from_the_last_step_that_was_done()
    {
        await using var host = await PipelineHost.CreateAsync(postgres, new() { ["Jobs:CrashLimit"] = "3" });
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));
        await DieAsync(host, id, 2);
        var files = host.Get<FileProcessing>();
        await files.BeginAsync(id, new(Dead), PipelineHost.Now, Ct);
        await files.JournalAsync(id, $$$"""{"verify": {"sha256": "{{{PipelineHost.Sha256(PipelineHost.Bytes(1_000))}}}"}}""", FileStatus.Storing, PipelineHost.Now, Ct);
        Assert.Equal(1, (await host.FileAsync(id))!.OpenRuns);
        await DieAsync(host, id, 1);

        await host.Get<IngestJob>().RunAsync(id, 1, Ct);

        Assert.Equal(FileStatus.Ready, (await host.FileAsync(id))!.ProcessingStatus);
    }

    [Fact]
    public async Task Failed_attempts_and_shutdowns_are_no_deaths()
    {
        var step = new Step((_, _) => throw new IOException("The disk is away."));
        await using var host = await CreateAsync(step);
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));
        await DieAsync(host, id, 1);

        await Assert.ThrowsAsync<IOException>(() => host.Get<IngestJob>().RunAsync(id, 1, Ct));
        Assert.Equal(0, (await host.FileAsync(id))!.OpenRuns);

        using var shutdown = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        step.Work = (_, token) =>
        {
            shutdown.Cancel();
            return Task.FromCanceled(token);
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Get<IngestJob>().RunAsync(id, 1, shutdown.Token));
        Assert.Equal((FileStatus.Storing, (short)0), ((await host.FileAsync(id))!.ProcessingStatus, (await host.FileAsync(id))!.OpenRuns));

        step.Work = (_, _) => throw new IOException("The disk is away.");
        await Assert.ThrowsAsync<IOException>(() => host.Get<IngestJob>().RunAsync(id, 10, Ct));
        Assert.Equal(("processing_failed", (short)0), ((await host.FileAsync(id))!.RejectionCode, (await host.FileAsync(id))!.OpenRuns));
    }

    [Fact]
    public async Task An_attempt_that_failed_because_the_database_was_away_is_no_death()
    {
        var step = new Step((_, _) => Task.CompletedTask);
        await using var host = await CreateAsync(step);
        step.Work = async (_, _) =>
        {
            await host.QueryAsync("ALTER TABLE tus_upload.files RENAME TO away");
            throw new IOException("The database is away.");
        };
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));
        for (var times = 0; times < 3; times++)
        {
            await Assert.ThrowsAsync<IOException>(() => host.Get<IngestJob>().RunAsync(id, 1, Ct));
            await host.QueryAsync("ALTER TABLE tus_upload.away RENAME TO files");

            // The step before was done in the first run, so each run leaves its own count alone.
            Assert.Equal(1, (await host.FileAsync(id))!.OpenRuns);
        }
    }

    [Fact]
    public async Task Files_that_processes_died_with_are_worked_on_one_after_the_other_beside_all_others()
    {
        using var entered = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var (inside, most) = (0, 0);
        Guid fresh = default;
        var step = new Step(async (id, token) =>
        {
            most = id == fresh ? most : Math.Max(most, Interlocked.Increment(ref inside));
            entered.Release();
            await go.WaitAsync(token);
            _ = id == fresh ? 0 : Interlocked.Decrement(ref inside);
        });
        await using var host = await CreateAsync(step);
        var suspects = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => host.ReceiveAsync(PipelineHost.Bytes(1_000 + i))));
        fresh = await host.ReceiveAsync(PipelineHost.Bytes(10));
        foreach (var suspect in suspects)
        {
            await DieAsync(host, suspect, 3);
        }

        var running = suspects.Append(fresh).Select(id => Task.Run(() => host.Get<IngestJob>().RunAsync(id, 1, Ct), Ct)).ToList();
        await entered.WaitAsync(Ct);
        await entered.WaitAsync(Ct);

        // One of the suspects works beside the fresh one; the others hold no worker, and their own deaths stay as they were.
        foreach (var _ in suspects[1..])
        {
            var ended = await Task.WhenAny(running);
            await Assert.ThrowsAsync<SuspectedFileWaitsException>(() => ended);
            running.Remove(ended);
        }

        var counts = new List<short>();
        foreach (var suspect in suspects)
        {
            counts.Add((await host.FileAsync(suspect))!.OpenRuns);
        }

        // It has a step behind it, so of its deaths none counts any more.
        Assert.Equal(new short[] { 1, 3, 3 }, counts.Order());
        go.Release(4);
        await Task.WhenAll(running);
        foreach (var suspect in suspects)
        {
            await host.Get<IngestJob>().RunAsync(suspect, 1, Ct);
        }

        Assert.Equal(1, most);
        Assert.All(await Task.WhenAll(suspects.Select(host.FileAsync)), file => Assert.Equal(FileStatus.Ready, file!.ProcessingStatus));
    }

    // As a process leaves it that dies in its step.
    private static async Task DieAsync(PipelineHost host, Guid id, int times)
    {
        for (var time = 0; time < times; time++)
        {
            Assert.NotNull(await host.Get<FileProcessing>().BeginAsync(id, new(Dead), PipelineHost.Now, Ct));
        }
    }

    private Task<PipelineHost> CreateAsync(Step step) =>
        PipelineHost.CreateAsync(postgres, after: services => services.AddSingleton<IUploadStep>(step));

    private sealed class Step(Func<Guid, CancellationToken, Task> work) : IUploadStep
    {
        public Func<Guid, CancellationToken, Task> Work { get; set; } = work;

        public string Name => "of_the_test";

        public string Status => FileStatus.Storing;

        public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
        {
            await Work(upload.Id, cancellationToken);
            return StepOutcome.Continue;
        }
    }
}
