using System.Security.Cryptography;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using TusUpload.Data.Files;
using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Pipeline.Janitors;
using TusUpload.Pipeline.Jobs;
using TusUpload.Pipeline.Steps;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

/// <summary>Uploads and files in one bucket: what was received is the file, and nothing is moved.</summary>
public sealed class AdoptedObjectsTests(PostgresServer postgres, CephRgw ceph)
{
    private const int Part = 5 << 20;

    private static readonly string[] Sections = ["Content", "Storage"];

    private readonly string _bucket = "test-" + Guid.CreateVersion7().ToString("N");
    private readonly byte[] _content = RandomNumberGenerator.GetBytes((2 * Part) + 1000);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Completing_the_upload_is_the_move()
    {
        await using var server = await StartAsync();
        using var bucket = Bucket();

        var (id, path) = await ReadyAsync(server);
        await ReleasedAsync(server);

        var found = Assert.Single((await bucket.ListObjectsAsync("", null, Ct)).Objects);
        Assert.Equal($"{_bucket}/{found.Key}", path);
        Assert.StartsWith("uploads/", found.Key, StringComparison.Ordinal);
        Assert.Empty((await bucket.Multiparts.ListAsync("", null, Ct)).Uploads);
        Assert.Equal(0, await SweepAsync(server));
        Assert.Equal(_content, await server.Client.GetByteArrayAsync($"/api/v1/files/{id}/content", Ct));
        using var range = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/files/{id}/content") { Headers = { Range = new(null, 9) } };
        using var last = await server.Client.SendAsync(range, Ct);
        Assert.Equal(_content[^9..], await last.Content.ReadAsByteArrayAsync(Ct));
    }

    [Fact]
    public async Task The_object_goes_with_the_last_file_that_has_it()
    {
        await using var server = await StartAsync();
        using var bucket = Bucket();
        var (id, _) = await ReadyAsync(server);
        await ReleasedAsync(server);
        var copy = (await (await server.Client.PostJsonAsync($"/api/v1/files/{id}/copy", new { })).JsonAsync(System.Net.HttpStatusCode.Created)).GetProperty("id").GetGuid();

        await DeleteAsync(server, id);
        Assert.Equal(0, await SweepAsync(server));
        Assert.Equal(_content, await server.Client.GetByteArrayAsync($"/api/v1/files/{copy}/content", Ct));

        await DeleteAsync(server, copy);
        Assert.Empty((await bucket.ListObjectsAsync("", null, Ct)).Objects);
    }

    [Theory]
    [InlineData("report", 1)]
    [InlineData("remove", 0)]
    public async Task One_that_a_restored_database_does_not_know_is_told_and_removed_only_where_that_is_wanted(string orphans, int left)
    {
        await using var server = await StartAsync(settings => settings["Storage:OrphanedObjects"] = orphans);
        using var bucket = Bucket();
        await ReadyAsync(server);
        await ReleasedAsync(server);
        await server.WithDbAsync(db => db.Database.ExecuteSqlAsync($"TRUNCATE tus_upload.files, tus_upload.upload_sessions CASCADE", Ct));
        TimeProvider inTwoDays = new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddDays(2));

        var did = await ActivatorUtilities.CreateInstance<ContentJanitor>(server.Services, inTwoDays).RunOnceAsync(Ct);

        Assert.Equal(left, did["without_file"]);
        Assert.Equal(left, (await bucket.ListObjectsAsync("", null, Ct)).Objects.Count);
    }

    [Fact]
    public async Task An_upload_that_is_smaller_than_a_part_or_put_together_is_moved()
    {
        await using var server = await StartAsync();
        var small = await server.UploadAsync([1, 2, 3]);
        var joined = await server.Client.JoinAsync([await server.Client.UploadPartAsync(_content), await server.Client.UploadPartAsync([7])]);

        var files = new[] { await server.Client.WaitForFileAsync(small), await server.Client.EndedFileAsync(joined.Id()) };

        Assert.All(files, file => Assert.DoesNotContain("/uploads/", file.Text("storagePath"), StringComparison.Ordinal));
        Assert.Equal([.. _content, 7], await server.Client.GetByteArrayAsync($"/api/v1/files/{joined.Id()}/content", Ct));
    }

    [Fact]
    public async Task Whoever_comes_after_a_process_that_died_of_it_adopts_the_same_object()
    {
        var step = new DiesOnce();
        await using var server = await StartAsync(services => services.AddSingleton<IUploadStep>(step));
        using var bucket = Bucket();
        step.Forget = id => server.WithDbAsync(db => db.Database.ExecuteSqlAsync($"DELETE FROM tus_upload.step_journal WHERE file_id = {id}", Ct));

        var (id, path) = await ReadyAsync(server);
        await ReleasedAsync(server);

        Assert.Equal(2, step.Runs);
        Assert.Single((await bucket.ListObjectsAsync("", null, Ct)).Objects);
        Assert.StartsWith($"{_bucket}/uploads/", path, StringComparison.Ordinal);
        Assert.Equal(_content, await server.Client.GetByteArrayAsync($"/api/v1/files/{id}/content", Ct));
    }

    private Task<RunningServer> StartAsync(Action<IServiceCollection> services) => StartAsync(_ => { }, services);

    private async Task<RunningServer> StartAsync(Action<IDictionary<string, string>>? more = null, Action<IServiceCollection>? services = null)
    {
        await ceph.RequireAsync();
        return await RunningServer.StartAsync(postgres, settings =>
        {
            foreach (var section in Sections)
            {
                settings[$"{section}:Kind"] = "s3";
                settings[$"{section}:S3:ServiceUrl"] = ceph.Address.ToString();
                settings[$"{section}:S3:Region"] = "default";
                settings[$"{section}:S3:AccessKey"] = CephRgw.AccessKey;
                settings[$"{section}:S3:SecretKey"] = CephRgw.SecretKey;
                settings[$"{section}:S3:PartSize"] = "5242880";
            }

            settings["Content:S3:Bucket"] = settings["Storage:Bucket"] = _bucket;
            settings["Content:S3:CreateBucket"] = settings["Storage:CreateBuckets"] = "true";
            settings["Jobs:FirstRetryDelay"] = "00:00:00.100";
            more?.Invoke(settings);
        }, services);
    }

    private S3Bucket Bucket() => new(
        new()
        {
            ServiceUrl = ceph.Address.ToString(),
            Region = "default",
            AccessKey = CephRgw.AccessKey,
            SecretKey = CephRgw.SecretKey,
            RequestTimeout = TimeSpan.FromSeconds(30),
            Retries = 2,
        },
        _bucket);

    private async Task<(Guid Id, string Path)> ReadyAsync(RunningServer server)
    {
        var id = await server.UploadAsync(_content);
        return (id, (await server.Client.WaitForFileAsync(id)).Text("storagePath")!);
    }

    // Nothing of any upload is left in the database: its bytes were let go.
    private static Task ReleasedAsync(RunningServer server) => TusRequests.EventuallyAsync(() => server.WithDbAsync(async db =>
        await db.Database.SqlQuery<int>(
            $"SELECT ((SELECT count(*) FROM tus_upload.content_multiparts) + (SELECT count(*) FROM tus_upload.content_rows))::int AS \"Value\"").SingleAsync(Ct) == 0));

    private static async Task<int> SweepAsync(RunningServer server) =>
        (await ((IContentSweep)server.Services.GetRequiredService<IUploadContent>()).SweepAsync(
            TimeProvider.System.GetUtcNow().AddMinutes(1), removeWhole: true, Ct)).Removed;

    private static async Task DeleteAsync(RunningServer server, Guid id)
    {
        using var deleted = await server.Client.DeleteAsync($"/api/v1/files/{id}", Ct);
        await server.Services.GetRequiredService<DeletionSweep>().RunOnceAsync(Ct);
    }

    /// <summary>After the store step; that it was done is lost.</summary>
    private sealed class DiesOnce : IUploadStep
    {
        public string Name => "dies_once";

        public string Status => FileStatus.Storing;

        public int Runs { get; private set; }

        public Func<Guid, Task> Forget { get; set; } = _ => Task.CompletedTask;

        public async Task<StepOutcome> RunAsync(UploadContext upload, CancellationToken cancellationToken)
        {
            if (++Runs > 1)
            {
                return StepOutcome.Continue;
            }

            await Forget(upload.Id);
            throw new IOException("Once.");
        }
    }
}
