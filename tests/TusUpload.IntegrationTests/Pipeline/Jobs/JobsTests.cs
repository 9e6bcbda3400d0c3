using Microsoft.Extensions.DependencyInjection;
using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;
using TusUpload.Uploads.Completion;

namespace TusUpload.IntegrationTests.Pipeline.Jobs;

public sealed class JobsTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_that_is_told_of_becomes_a_file()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).StartAsync();
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));

        host.Get<CompletedUploads>().Tell(id, 1_000);

        var file = await host.EndedAsync(id, FileStatus.Ready);
        Assert.NotNull(file.JobId);
        Assert.True(File.Exists(host.ObjectOf(id)));
        await Eventually.IsAsync(async () => await host.QueryAsync("SELECT statename FROM hangfire.job") is "Succeeded");
        await Eventually.IsAsync(async () => await host.QueryAsync("SELECT count(*) FROM hangfire.jobqueue") is 0L);
        var expiry = (double)(await host.QueryAsync("SELECT extract(epoch FROM expireat - now())::float8 FROM hangfire.job"))!;
        Assert.InRange(expiry, 80_000, 90_000);
        Assert.Equal($"[\"\\\"{id}\\\"\", null, null]", await host.QueryAsync("SELECT arguments::text FROM hangfire.job"));
    }

    [Fact]
    public async Task Small_files_that_end_together_share_jobs_and_a_large_one_has_its_own()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres, new() { ["Jobs:Workers"] = "1", ["Jobs:SmallFile"] = "1000" })).StartAsync();
        var small = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => host.ReceiveAsync(PipelineHost.Bytes(100 + i, seed: i))));
        var large = await host.ReceiveAsync(PipelineHost.Bytes(1_001));

        foreach (var id in small)
        {
            host.Get<CompletedUploads>().Tell(id, 1_000);
        }

        host.Get<CompletedUploads>().Tell(large, 1_001);

        foreach (var id in small.Append(large))
        {
            await host.EndedAsync(id, FileStatus.Ready);
            Assert.Equal(["upload.created", "upload.received", "file.processing", "file.ready"], await host.EventsAsync(id));
        }

        await Eventually.IsAsync(async () => await host.QueryAsync("SELECT count(*) FROM hangfire.job WHERE statename <> 'Succeeded'") is 0L);
        Assert.InRange((long)(await host.QueryAsync("SELECT count(*) FROM hangfire.job"))!, 2, 10);
        Assert.Equal(
            $"[\"\\\"{large}\\\"\", null, null]",
            await host.QueryAsync($"SELECT arguments::text FROM hangfire.job WHERE arguments::text LIKE '%{large}%'"));
        Assert.Equal(82L, await host.QueryAsync("SELECT count(*) FROM tus_upload.step_journal"));
        Assert.Equal((small.Length * 100) + 780 + 1_001, (await host.UsageAsync()).Used);
    }

    [Fact]
    public async Task One_of_a_shared_job_that_fails_goes_on_in_its_own_and_holds_nobody_up()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres, new() { ["Jobs:Attempts"] = "2" })).PrepareJobsAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => host.ReceiveAsync(PipelineHost.Bytes(1_000, seed: i))));
        await File.WriteAllBytesAsync(host.ContentOf(ids[1]), PipelineHost.Bytes(1_000, seed: 9), Ct);

        await host.Get<IngestJob>().RunManyAsync(ids, Ct);

        foreach (var id in ids.Except([ids[1]]))
        {
            Assert.Equal(FileStatus.Ready, (await host.FileAsync(id))!.ProcessingStatus);
        }

        Assert.Equal(1L, await host.QueryAsync("SELECT count(*) FROM hangfire.job"));
        await host.StartAsync();
        Assert.Equal("content_corrupt", (await host.EndedAsync(ids[1], FileStatus.Failed)).RejectionCode);
        Assert.Equal(2L, await host.QueryAsync("SELECT count(*) FROM hangfire.state WHERE name = 'Processing'"));
        await host.Get<IngestJob>().RunManyAsync(ids, Ct);
        Assert.Equal((4_000, 1_000), await host.UsageAsync());
    }

    [Fact]
    public async Task The_sweep_finds_what_nobody_was_told_of()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));

        await host.StartAsync();

        await host.EndedAsync(id, FileStatus.Ready);
    }

    [Fact]
    public async Task The_sweep_makes_one_job_and_none_for_a_file_that_has_a_living_one()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();
        await host.ReceiveAsync(PipelineHost.Bytes(10));
        var sweep = host.Get<JobSweep>();
        Assert.Equal(0, await sweep.RunOnceAsync(TimeSpan.FromMinutes(1), Ct));

        Assert.Equal(1, await sweep.RunOnceAsync(TimeSpan.Zero, Ct));
        Assert.Equal(0, await sweep.RunOnceAsync(TimeSpan.Zero, Ct));

        Assert.Equal(1L, await host.QueryAsync("SELECT count(*) FROM hangfire.job"));
        Assert.StartsWith("node-", (string)(await host.QueryAsync("SELECT queue FROM hangfire.jobqueue"))!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM hangfire.job")]
    [InlineData("DELETE FROM hangfire.jobqueue")]
    [InlineData("UPDATE hangfire.job SET statename = 'Succeeded'")]
    [InlineData("UPDATE hangfire.job SET statename = 'Deleted'")]
    [InlineData("UPDATE hangfire.job SET statename = 'Failed'")]
    public async Task The_sweep_makes_another_job_when_the_first_is_lost(string loss)
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();
        await host.ReceiveAsync(PipelineHost.Bytes(10));
        await host.Get<JobSweep>().RunOnceAsync(TimeSpan.Zero, Ct);

        await host.QueryAsync(loss);

        Assert.Equal(1, await host.Get<JobSweep>().RunOnceAsync(TimeSpan.Zero, Ct));
        Assert.Equal(0, await host.Get<JobSweep>().RunOnceAsync(TimeSpan.Zero, Ct));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_killed_process_had_begun_is_taken_up_at_once_after_its_restart(bool anotherNode)
    {
        await using var killed = await PipelineHost.CreateAsync(postgres, new() { ["Content:Shared"] = anotherNode ? "true" : "false" });
        await killed.PrepareJobsAsync();
        var id = await killed.ReceiveAsync(PipelineHost.Bytes(1_000));
        await killed.Get<JobSweep>().RunOnceAsync(TimeSpan.Zero, Ct);
        await killed.Get<FileProcessing>().BeginAsync(id, new(killed.Get<TusUpload.Uploads.Leases.LocalNode>().Id), PipelineHost.Now, Ct);
        await killed.QueryAsync("""
            UPDATE hangfire.jobqueue SET fetchedat = now();
            WITH s AS (
                INSERT INTO hangfire.state (jobid, name, createdat, data)
                SELECT id, 'Processing', now(), '{"ServerId": "one-that-was-killed"}' FROM hangfire.job RETURNING id)
            UPDATE hangfire.job SET statename = 'Processing', stateid = (SELECT id FROM s)
            """);
        killed.Get<TusUpload.Uploads.Content.ContentFolder>().Dispose();

        var started = TimeProvider.System.GetTimestamp();
        await using var next = await (await killed.RestartedAsync(new()
        {
            ["Jobs:InvisibilityTimeout"] = "1.00:00:00",
            ["Content:Shared"] = anotherNode ? "true" : "false",
        })).StartAsync();

        await next.EndedAsync(id, FileStatus.Ready);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task A_stopped_host_puts_its_job_back_and_the_next_one_goes_on_at_the_step(int files)
    {
        var step = new StuckStep();
        await using var stopped = await (await PipelineHost.CreateAsync(
            postgres, after: services => services.AddSingleton<IUploadStep>(step))).StartAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, files).Select(i => stopped.ReceiveAsync(PipelineHost.Bytes(1_000, seed: i))));
        await stopped.Get<JobQueue>().EnqueueAsync(ids, stopped.Get<TusUpload.Uploads.Leases.LocalNode>().Id, Ct);
        await step.Entered.Task.WaitAsync(Ct);

        await stopped.StopAsync();

        Assert.Equal(FileStatus.Storing, (await stopped.FileAsync(ids[0]))!.ProcessingStatus);
        Assert.Equal(1L, await stopped.QueryAsync("SELECT count(*) FROM hangfire.jobqueue WHERE fetchedat IS NULL"));
        stopped.Get<TusUpload.Uploads.Content.ContentFolder>().Dispose();
        await using var next = await (await stopped.RestartedAsync()).StartAsync();
        foreach (var id in ids)
        {
            await next.EndedAsync(id, FileStatus.Ready);
            Assert.Single(await next.EventsAsync(id), "file.ready");
        }
    }

    [Fact]
    public async Task A_corrupt_file_fails_after_its_attempts_and_is_ready_after_it_was_repaired_and_replayed()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres, new() { ["Jobs:Attempts"] = "3" })).StartAsync();
        var batch = await host.BatchAsync(expected: 1);
        var bytes = PipelineHost.Bytes(1_000);
        var id = await host.ReceiveAsync(bytes, batch: batch);
        await File.WriteAllBytesAsync(host.ContentOf(id), PipelineHost.Bytes(1_000, seed: 9), Ct);
        host.Get<CompletedUploads>().Tell(id, 1_000);

        var failed = await host.EndedAsync(id, FileStatus.Failed);

        Assert.Equal("content_corrupt", failed.RejectionCode);
        Assert.Equal((0, 1_000), await host.UsageAsync());
        await Eventually.IsAsync(async () => await host.QueryAsync("SELECT statename FROM hangfire.job") is "Failed");
        Assert.Equal(3L, await host.QueryAsync("SELECT count(*) FROM hangfire.state WHERE name = 'Processing'"));
        Assert.True(await host.QueryAsync("SELECT expireat IS NOT NULL FROM hangfire.job") is true);
        Assert.Equal(0, await host.Get<JobSweep>().RunOnceAsync(TimeSpan.Zero, Ct));

        await File.WriteAllBytesAsync(host.ContentOf(id), bytes, Ct);
        Assert.False(await host.Get<FileReplay>().ReplayAsync(id, "somebody else", Ct));
        Assert.True(await host.Get<FileReplay>().ReplayAsync(id, PipelineHost.User, Ct));
        Assert.False(await host.Get<FileReplay>().ReplayAsync(id, PipelineHost.User, Ct));

        await host.EndedAsync(id, FileStatus.Ready);
        Assert.Equal((1_000, 0), await host.UsageAsync());
        Assert.Equal(("completed", 1, 0), await CountsAsync(host, batch));
        Assert.Single(await host.EventsAsync(id), "file.failed");
        Assert.Single(await host.EventsAsync(id), "file.ready");
    }

    [Fact]
    public async Task A_deleted_file_goes_with_its_object_its_content_and_its_rows()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (ready, failed) = (await host.ReceiveAsync(PipelineHost.Bytes(1_000)), await host.ReceiveAsync(PipelineHost.Bytes(2_000)));
        await host.Get<FilePipeline>().RunAsync(ready, Ct);
        await host.Get<FileProcessing>().FailAsync(failed, "processing_failed", "It failed.", PipelineHost.Now, Ct);
        Assert.True(await host.Get<FileDeletion>().DeleteAsync(ready, PipelineHost.User, PipelineHost.Now, Ct));
        Assert.True(await host.Get<FileDeletion>().DeleteAsync(failed, PipelineHost.User, PipelineHost.Now, Ct));

        Assert.Equal(2, await host.Get<DeletionSweep>().RunOnceAsync(Ct));
        Assert.Equal(0, await host.Get<DeletionSweep>().RunOnceAsync(Ct));

        Assert.Empty(host.Objects());
        Assert.False(File.Exists(host.ContentOf(failed)));
        Assert.Null(await host.FileAsync(ready));
        Assert.Null(await host.FileAsync(failed));
        Assert.Equal((0, 0), await host.UsageAsync());
    }

    [Fact]
    public async Task Files_that_cannot_be_removed_do_not_hold_up_those_behind_them()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var ids = new List<Guid>();
        for (var i = 0; i < 4; i++)
        {
            var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));
            await host.Get<FilePipeline>().RunAsync(id, Ct);
            Assert.True(await host.Get<FileDeletion>().DeleteAsync(id, PipelineHost.User, PipelineHost.Now, Ct));
            ids.Add(id);
        }

        foreach (var stuck in ids.Take(2))
        {
            // No file can be deleted that is a folder.
            File.Delete(host.ObjectOf(stuck));
            Directory.CreateDirectory(host.ObjectOf(stuck));
        }

        Assert.Equal(2, await host.Get<DeletionSweep>().RunOnceAsync(pageSize: 1, Ct));
        Assert.NotNull(await host.FileAsync(ids[0]));
        Assert.Null(await host.FileAsync(ids[3]));

        foreach (var stuck in ids.Take(2))
        {
            Directory.Delete(host.ObjectOf(stuck));
        }

        Assert.Equal(2, await host.Get<DeletionSweep>().RunOnceAsync(pageSize: 1, Ct));
    }

    [Fact]
    public async Task Servers_that_start_together_lay_the_tables_once_and_share_the_work()
    {
        await using var first = await PipelineHost.CreateAsync(postgres, Shared());
        await using var second = await first.RestartedAsync(Shared());
        await using var third = await first.RestartedAsync(Shared());
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => first.ReceiveAsync(PipelineHost.Bytes(1_000 + i))));

        await Task.WhenAll(first.StartAsync(), second.StartAsync(), third.StartAsync());

        foreach (var id in ids)
        {
            await first.EndedAsync(id, FileStatus.Ready);
            Assert.Single(await first.EventsAsync(id), "file.ready");
        }

        Assert.Equal(20, first.Objects().Length);
        Assert.Equal((ids.Length * 1_000) + 190, (await first.UsageAsync()).Used);
        await Eventually.IsAsync(async () => await first.Get<JobsHealth>().LivingServersAsync(Ct) == 3);
        await first.Get<JobsHealth>().CheckAsync(Ct);
    }

    [Fact]
    public async Task Health_tells_that_nobody_works()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Get<JobsHealth>().CheckAsync(Ct));
    }

    private static Dictionary<string, string?> Shared() => new() { ["Content:Shared"] = "true" };

    private static async Task<(string Status, int Processed, int Failed)> CountsAsync(PipelineHost host, Guid batch)
    {
        var found = await host.FindBatchAsync(batch);
        return (found.Status, found.ProcessedFiles, found.FailedFiles);
    }

    private sealed class StuckStep : IUploadStep
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => "stuck";

        public string Status => FileStatus.Storing;

        public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
        {
            Entered.TrySetResult();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return StepOutcome.Continue;
        }
    }
}
