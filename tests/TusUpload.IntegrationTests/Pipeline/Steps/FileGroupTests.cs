using System.Text.RegularExpressions;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;

namespace TusUpload.IntegrationTests.Pipeline.Steps;

/// <summary>Small files that begin and end together.</summary>
public sealed class FileGroupTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_left_of_a_group_is_what_is_left_of_files_that_come_alone()
    {
        await using var together = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();
        await using var alone = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();
        var (group, singles) = (await ReceiveAllAsync(together), await ReceiveAllAsync(alone));

        await together.Get<IngestJob>().RunManyAsync(group, Ct);
        foreach (var id in singles)
        {
            await alone.Get<IngestJob>().RunAsync(id, 1, Ct);
        }

        // One end for all of them, but for the one that is refused and the two of the batch.
        Assert.Equal(2L, await together.QueryAsync("SELECT count(DISTINCT xmin::text) FROM tus_upload.files WHERE processing_status = 'ready'"));
        Assert.Equal(0L, await together.QueryAsync("SELECT count(*) FROM hangfire.job"));
        Assert.Equal(await alone.UsageAsync(), await together.UsageAsync());
        foreach (var table in new[] { "files", "users", "workspaces", "batches", "file_checksums", "step_journal", "upload_metrics", "upload_sessions" })
        {
            Assert.Equal(await RowsAsync(alone, table), await RowsAsync(together, table));
        }

        foreach (var (one, other) in singles.Zip(group))
        {
            Assert.Equal(await alone.EventsAsync(one), await together.EventsAsync(other));
            Assert.False(File.Exists(together.ContentOf(other)));
        }

        await together.Get<IngestJob>().RunManyAsync(group, Ct);
        Assert.Equal(await alone.UsageAsync(), await together.UsageAsync());
    }

    [Fact]
    public async Task Whoever_dies_between_the_beginning_and_the_end_of_a_group_has_ended_none_of_it_and_is_counted_for_all()
    {
        await using var killed = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();
        var ids = await ReceiveAllAsync(killed);
        var begun = await killed.Get<FileGroups>().BeginAsync(ids, Guid.CreateVersion7(), PipelineHost.Now, Ct);
        Assert.Equal(ids, begun.Select(file => file.Id));
        Assert.Empty(await killed.Get<FileGroups>().BeginAsync(ids, Guid.CreateVersion7(), PipelineHost.Now, Ct));
        Assert.Equal((short)1, (await killed.FileAsync(ids[0]))!.OpenRuns);

        await killed.Get<IngestJob>().RunManyAsync(ids, Ct);

        foreach (var id in ids)
        {
            var file = (await killed.FileAsync(id))!;
            Assert.Equal((file.FileName == "refused" ? FileStatus.Rejected : FileStatus.Ready, (short)0), (file.ProcessingStatus, file.OpenRuns));
            Assert.Single(await killed.EventsAsync(id), "file.processing");
        }
    }

    [Fact]
    public async Task A_file_that_somebody_ended_meanwhile_is_not_ended_again()
    {
        await using var host = await (await PipelineHost.CreateAsync(postgres)).PrepareJobsAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => host.ReceiveAsync(PipelineHost.Bytes(100, seed: i))));
        var files = await host.Get<FileGroups>().BeginAsync(ids, Guid.CreateVersion7(), PipelineHost.Now, Ct);
        await host.Get<FileProcessing>().FailAsync(ids[1], "processing_failed", "It failed.", PipelineHost.Now, Ct);
        SettledFile[] ends = [.. files.Select(file => new SettledFile(file, file.ReceivedSha256!, $"key-{file.Id:n}", null))];

        var settled = await host.Get<FileGroups>().SettleAsync(ends, PipelineHost.Now, Ct);

        Assert.Equal(new HashSet<Guid> { ids[0], ids[2] }, settled);
        Assert.Empty(await host.Get<FileGroups>().SettleAsync(ends, PipelineHost.Now, Ct));
        Assert.Equal((200, 100), await host.UsageAsync());
    }

    [Fact]
    public async Task Jobs_with_the_same_files_in_other_orders_wait_for_each_other_and_do_everything_once()
    {
        var step = new CountingStep();
        await using var host = await (await PipelineHost.CreateAsync(postgres, after: services => services.AddSingleton<IUploadStep>(step))).PrepareJobsAsync();
        var ids = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => host.ReceiveAsync(PipelineHost.Bytes(100, seed: i))));

        await Task.WhenAll(Enumerable.Range(0, 6).Select(seed =>
        {
            var order = ids.ToArray();
            new Random(seed).Shuffle(order);
            return host.Get<IngestJob>().RunManyAsync(order, Ct);
        }));

        Assert.Equal(20, step.Runs);
        Assert.Equal((2_000, 0), await host.UsageAsync());
    }

    /// <summary>Two alike, one of several spans, one without a digest, an empty one, one that is not what was promised, two of a batch.</summary>
    private static async Task<Guid[]> ReceiveAllAsync(PipelineHost host)
    {
        var batch = await host.BatchAsync(expected: 2);
        var ids = new List<Guid>
        {
            await host.ReceiveAsync(PipelineHost.Bytes(100)),
            await host.ReceiveAsync(PipelineHost.Bytes(100)),
            await host.ReceiveAsync(PipelineHost.Bytes(999), spans: 3),
            await host.ReceiveAsync(PipelineHost.Bytes(300), digest: false),
            await host.ReceiveAsync([]),
            await host.ReceiveAsync(PipelineHost.Bytes(50), promised: new string('0', 64)),
            await host.ReceiveAsync(PipelineHost.Bytes(70, seed: 7), batch: batch),
            await host.ReceiveAsync(PipelineHost.Bytes(80, seed: 8), batch: batch),
        };
        await host.QueryAsync($"UPDATE tus_upload.files SET file_name = 'refused' WHERE id = '{ids[5]}'");
        return [.. ids];
    }

    // Ids and times are each host's own.
    private static async Task<string> RowsAsync(PipelineHost host, string table)
    {
        var rows = (string)(await host.QueryAsync($"SELECT string_agg(row, E'\\n' ORDER BY row) FROM (SELECT to_jsonb(t)::text AS row FROM tus_upload.{table} t) AS rows"))!;
        rows = Regex.Replace(rows, "[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}(?![0-9a-f])", "id", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        rows = Regex.Replace(rows, @"id/[0-9a-f]{2}/id|\d{4}-\d\d-\d\dT[\d:.]+\+00:00|""(receive|process)Ms"": \d+", "x", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        return string.Join('\n', rows.Split('\n').Order(StringComparer.Ordinal));
    }

    private sealed class CountingStep : IUploadStep
    {
        private int _runs;

        public int Runs => _runs;

        public string Name => "count";

        public string Status => FileStatus.Storing;

        public bool IsQuick(UploadContext upload) => true;

        public Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _runs);
            return Task.FromResult(StepOutcome.Continue);
        }
    }
}
