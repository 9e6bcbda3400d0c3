using System.Net;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Signals;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Connections;

/// <summary>Everything that a session could hold would be on another connection in the next transaction.</summary>
public sealed class PoolerTests(PostgresServer postgres)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploads_files_jobs_and_deletions_go_through_a_pooler_in_transaction_mode()
    {
        await using var behind = await BehindAsync();
        var client = behind.Server.Client;

        var ids = await Task.WhenAll(Enumerable.Range(0, 60).Select(index => behind.Server.UploadAsync([1, 2, (byte)index])));

        // One after the other: sixty that ask without rest are in the jobs' way.
        foreach (var id in ids)
        {
            Assert.Equal("ready", (await client.EndedFileAsync(id)).GetProperty("processingStatus").GetString());
        }

        using var deleted = await client.DeleteAsync(new Uri($"/api/v1/files/{ids[0]}", UriKind.Relative), Ct);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.InRange(await behind.ConnectionsAsync(), 1, 5);
    }

    [Fact]
    public async Task Resuming_deferred_lengths_concatenation_events_and_termination_go_through_it()
    {
        await using var behind = await BehindAsync();
        var client = behind.Server.Client;

        var resumed = await client.CreateAsync(4);
        using (var half = await client.PatchAsync(resumed, 0, [1, 2]))
        {
            Assert.Equal(2, half.Offset());
        }

        Assert.Equal(2, await client.OffsetAsync(resumed));
        using (var rest = await client.PatchAsync(resumed, 2, [3, 4]))
        {
            Assert.Equal(HttpStatusCode.NoContent, rest.StatusCode);
        }

        var deferred = await client.CreateAsync(null);
        using (var named = await client.PatchAsync(deferred, 0, [1, 2, 3], length: 3))
        {
            Assert.Equal(HttpStatusCode.NoContent, named.StatusCode);
        }

        var joined = await client.JoinAsync([await client.UploadPartAsync([1, 2]), await client.UploadPartAsync([3])]);
        foreach (var upload in new[] { resumed, deferred, joined })
        {
            Assert.Equal("ready", (await client.EndedFileAsync(upload.Id())).GetProperty("processingStatus").GetString());
        }

        var ended = await client.CreateAsync(4);
        using var gone = await client.TerminateAsync(ended);
        Assert.Equal(HttpStatusCode.NoContent, gone.StatusCode);
        using var after = await client.HeadAsync(ended);
        Assert.Equal(HttpStatusCode.NotFound, after.StatusCode);
        await HeardAsync(client, joined.Id());
    }

    [Fact]
    public async Task Another_node_behind_it_takes_over_without_hearing_anything()
    {
        await using var behind = await BehindAsync();
        var other = await behind.BesideAsync(postgres);
        Assert.False(other.Services.GetRequiredService<DatabaseSignals>().IsListening);
        var upload = await behind.Server.Client.CreateAsync(10);
        using var silent = await behind.Server.Client.StartPatchAsync(upload, 0, 10, [1, 2, 3]);
        await TwoNodes.ReceivedAsync(behind.Server, upload, 3);

        Assert.Equal(3, await other.Client.OffsetAsync(upload));
    }

    private static async Task HeardAsync(HttpClient client, Guid file)
    {
        await using var events = await client.GetStreamAsync(new Uri("/api/v1/events?lastEventId=0&types=file.ready", UriKind.Relative), Ct);
        using var lines = new StreamReader(events);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        string? line;
        do
        {
            line = await lines.ReadLineAsync(limit.Token);
            Assert.NotNull(line);
        }
        while (!line.Contains(file.ToString(), StringComparison.Ordinal));
    }

    private async Task<BehindPooler> BehindAsync()
    {
        Assert.SkipUnless(PgBouncer.IsHere || Environment.GetEnvironmentVariable("CI") == "true", "pgbouncer is not installed.");
        return await BehindPooler.StartAsync(postgres, size: 5);
    }
}
