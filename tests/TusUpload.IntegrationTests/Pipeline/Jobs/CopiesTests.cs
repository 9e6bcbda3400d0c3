using Microsoft.EntityFrameworkCore;

using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Janitors;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;

namespace TusUpload.IntegrationTests.Pipeline.Jobs;

/// <summary>Files that have one object among them.</summary>
public sealed class CopiesTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_copy_counts_like_any_other_file_and_the_object_goes_with_the_last_of_them()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var (first, bytes) = (await ReadyAsync(host), PipelineHost.Bytes(1_000));

        var second = await CopyAsync(host, first);
        var third = await CopyAsync(host, second);

        Assert.Equal((3_000, 0), await host.UsageAsync());
        Assert.Equal(["file.ready"], await host.EventsAsync(third));
        Assert.Single(host.Objects());
        foreach (var gone in new[] { first, third })
        {
            await DeleteAsync(host, gone);
            Assert.Equal(1, await host.Get<DeletionSweep>().RunOnceAsync(Ct));
            Assert.Null(await host.FileAsync(gone));
        }

        Assert.Equal((1_000, 0), await host.UsageAsync());
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Assert.Single(host.Objects()), Ct));

        // Its path names a file that is no more.
        await host.QueryAsync("UPDATE tus_upload.files SET created_at = now() - interval '10 days'");
        File.SetLastWriteTimeUtc(host.ObjectOf(first), PipelineHost.Now.UtcDateTime.AddDays(-10));
        Assert.Equal(0, (await host.Get<IEnumerable<IJanitor>>().OfType<ObjectJanitor>().Single().RunOnceAsync(Ct))["without_file"]);

        await DeleteAsync(host, second);
        Assert.Equal(1, await host.Get<DeletionSweep>().RunOnceAsync(Ct));
        Assert.Empty(host.Objects());
        Assert.Equal((0, 0), await host.UsageAsync());
    }

    [Fact]
    public async Task Of_files_that_go_at_the_same_time_one_takes_the_object_along()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        for (var round = 0; round < 10; round++)
        {
            var first = await ReadyAsync(host);
            var ids = new List<Guid> { first };
            for (var copy = 0; copy < 4; copy++)
            {
                ids.Add(await CopyAsync(host, first));
            }

            await Task.WhenAll(ids.Select(id => DeleteAsync(host, id)));
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => host.Get<DeletionSweep>().RunOnceAsync(Ct)));

            Assert.Empty(host.Objects());
            await using var db = host.Db();
            Assert.Empty(await db.Files.ToListAsync(Ct));
        }
    }

    [Fact]
    public async Task A_copy_made_while_its_source_goes_has_its_object_or_is_not_made()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        for (var round = 0; round < 10; round++)
        {
            var source = await ReadyAsync(host);
            var copy = Guid.CreateVersion7();
            var copying = host.Get<FileCopying>().CopyAsync(new(copy, source, PipelineHost.User, PipelineHost.User, PipelineHost.User, null, null, null), PipelineHost.Now, Ct);
            await DeleteAsync(host, source);
            await host.Get<DeletionSweep>().RunOnceAsync(Ct);

            if ((await copying).Outcome == CopyOutcome.Made)
            {
                Assert.True(File.Exists(host.ObjectOf(source)));
                await DeleteAsync(host, copy);
                await host.Get<DeletionSweep>().RunOnceAsync(Ct);
            }

            Assert.Empty(host.Objects());
        }
    }

    [Fact]
    public async Task Of_many_copies_at_once_as_many_are_made_as_there_is_room_for()
    {
        await using var host = await PipelineHost.CreateAsync(postgres);
        var source = await ReadyAsync(host);
        await host.QueryAsync("UPDATE tus_upload.workspaces SET storage_limit = 4500");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => host.Get<FileCopying>().CopyAsync(
            new(Guid.CreateVersion7(), source, PipelineHost.User, PipelineHost.User, PipelineHost.User, null, null, "a copy"), PipelineHost.Now, Ct)));

        Assert.Equal((3, 13), (outcomes.Count(one => one.Outcome == CopyOutcome.Made), outcomes.Count(one => one is { Outcome: CopyOutcome.NoRoom, Asked: 1_000 })));
        Assert.Equal((4_000, 0), await host.UsageAsync());
    }

    private static async Task<Guid> ReadyAsync(PipelineHost host)
    {
        var id = await host.ReceiveAsync(PipelineHost.Bytes(1_000));
        await host.Get<FilePipeline>().RunAsync(id, Ct);
        return id;
    }

    private static async Task<Guid> CopyAsync(PipelineHost host, Guid source)
    {
        var id = Guid.CreateVersion7();
        Assert.Equal(
            CopyOutcome.Made, (await host.Get<FileCopying>().CopyAsync(new(id, source, PipelineHost.User, PipelineHost.User, PipelineHost.User, null, null, null), PipelineHost.Now, Ct)).Outcome);
        return id;
    }

    private static async Task DeleteAsync(PipelineHost host, Guid id) =>
        Assert.True(await host.Get<FileDeletion>().DeleteAsync(id, PipelineHost.User, PipelineHost.Now, Ct));
}
