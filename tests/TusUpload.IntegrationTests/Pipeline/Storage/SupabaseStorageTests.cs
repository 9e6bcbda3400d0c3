using TusUpload.Data.Files;
using TusUpload.Data.Moves;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Harness.Supabase;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

/// <summary>What is special about Supabase: its refusals, and uploads that are known by an id of its own.</summary>
public sealed class SupabaseStorageTests(PostgresServer postgres) : IAsyncLifetime
{
    private const int Chunk = 6 << 20;
    private const int Large = (3 * Chunk) + 7;

    private static readonly Dictionary<string, string> JobsAtOnce = new(StringComparer.Ordinal)
    {
        ["Jobs:SweepInterval"] = "00:00:00.200",
        ["Jobs:UnqueuedAfter"] = "00:00:00",
        ["Jobs:PollInterval"] = "00:00:00.200",
        ["Jobs:MaxRetryDelay"] = "00:00:00.500",
    };

    private SupabaseFake? _fake;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private SupabaseFake Fake => _fake!;

    public async ValueTask InitializeAsync() => _fake = await SupabaseFake.StartAsync();

    public async ValueTask DisposeAsync()
    {
        Assert.Equal(0, Fake.KeptOpen);
        await Fake.DisposeAsync();
    }

    [Fact]
    public async Task A_small_file_goes_in_one_request_and_a_large_one_in_pieces_each_byte_once()
    {
        await using var host = await CreateAsync();
        await StoreAsync(host, Chunk);
        Assert.Equal((0, 1), (Fake.Uploads.Created, Fake.Objects.Stored));

        await StoreAsync(host, Large);

        Assert.Equal((1, 2, Large), (Fake.Uploads.Created, Fake.Objects.Stored, Fake.Uploads.Taken));
        Assert.Equal(4, Fake.Log.Count(line => line.StartsWith("PATCH", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_attempt_goes_on_where_the_one_before_was_killed()
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);
        using (var killed = CancellationTokenSource.CreateLinkedTokenSource(Ct))
        {
            var move = StoreAsync(host, id, bytes, killed.Token);
            await Eventually.IsAsync(() => Task.FromResult(Fake.Uploads.Taken > Chunk ? Fake : null));
            await killed.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => move);
        }

        await StoreAsync(host, id, bytes, Ct);

        Assert.Equal((1, 1, Large), (Fake.Uploads.Created, Fake.Objects.Stored, Fake.Uploads.Taken));
    }

    [Fact]
    public async Task An_offset_short_of_what_was_sent_is_believed()
    {
        await using var host = await CreateAsync();
        Fake.Uploads.NextTakes = 1_000_001;

        await StoreAsync(host, Large);

        Assert.Equal((1, 1, Large), (Fake.Uploads.Created, Fake.Objects.Stored, Fake.Uploads.Taken));
    }

    [Fact]
    public async Task An_upload_that_has_expired_is_begun_again()
    {
        await using var host = await CreateAsync(retries: 3);
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);
        Fake.Faults.LoseAnswer(1, "PATCH", "/upload/resumable", _ =>
        {
            Fake.Uploads.Expire();
            return Task.CompletedTask;
        });

        await StoreAsync(host, id, bytes, Ct);

        Assert.Equal((2, 1), (Fake.Uploads.Created, Fake.Objects.Stored));
        await AssertStoredAsync(host, id, bytes);
    }

    [Fact]
    public async Task An_upload_that_is_complete_without_an_object_is_begun_again()
    {
        await using var host = await CreateAsync(retries: 3);
        Fake.Uploads.LosesNext = true;

        await StoreAsync(host, Large);

        Assert.Equal((2, 1), (Fake.Uploads.Created, Fake.Objects.Stored));
    }

    [Fact]
    public async Task A_file_whose_answer_was_lost_is_not_sent_again()
    {
        await using var host = await CreateAsync(retries: 3);
        var bytes = PipelineHost.Bytes(100_000);
        var id = await host.ReceiveAsync(bytes);
        var path = ObjectKey.Split(PathOf(host, id));
        Fake.Faults.LoseAnswer(1, "POST", $"/object/{path.Bucket}", async context =>
        {
            var file = Fake.NewFile();
            await using (var stored = File.Create(file))
            {
                await context.Request.Body.CopyToAsync(stored, Ct);
            }

            await Fake.Objects.StoreAsync(path.Bucket, path.Key, file, "", null, Ct);
        });

        await StoreAsync(host, id, bytes, Ct);

        Assert.Equal(1, Fake.Objects.Stored);
        await AssertStoredAsync(host, id, bytes);
    }

    [Theory]
    [InlineData(500, "InternalError")]
    [InlineData(544, "DatabaseTimeout")]
    [InlineData(429, "SlowDown")]
    [InlineData(423, "ResourceLocked")]
    [InlineData(503, "LockTimeout")]
    public async Task Refusals_that_pass_are_tried_again_wherever_they_come(int status, string code)
    {
        await using var host = await CreateAsync(retries: 5);
        foreach (var (method, path) in new[] { ("POST", "/object"), ("POST", "/upload"), ("HEAD", "/upload"), ("PATCH", "/upload"), ("GET", "/object/info") })
        {
            Fake.Faults.Refuse(2, method, path, status, code);
        }

        await StoreAsync(host, 1_000);
        await StoreAsync(host, Large);

        // The small one goes in a piece where the refusal of its request was lost with the connection.
        var inPieces = Fake.Uploads.Created == 2 ? 1_000 : 0;
        Assert.Equal((2, Large + inPieces), (Fake.Objects.Stored, Fake.Uploads.Taken));
        Assert.InRange(Fake.Uploads.Created, 1, 2);
    }

    [Fact]
    public async Task A_key_that_is_refused_in_the_middle_is_waited_for_and_the_move_goes_on()
    {
        var settings = SupabaseSettings.For(Fake);
        settings["Jobs:Attempts"] = "2";
        await using var host = await CreateAsync(settings: settings);
        await host.StartAsync();
        Fake.Faults.LoseAnswer(1, "PATCH", "/upload/resumable", _ =>
        {
            Fake.Key = "rotated";
            return Task.CompletedTask;
        });
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);

        await Eventually.IsAsync(() => Task.FromResult(Fake.Log.Count(line => line.StartsWith("HEAD", StringComparison.Ordinal)) > 5 ? Fake : null));
        Assert.Equal(FileStatus.Storing, (await host.FileAsync(id))!.ProcessingStatus);
        Fake.Key = SupabaseFake.FirstKey;

        await host.EndedAsync(id, FileStatus.Ready);
        await AssertStoredAsync(host, id, bytes);
        Assert.Equal(1, Fake.Uploads.Created);
    }

    [Theory]
    [InlineData(100_000, "storage_too_large")]
    [InlineData(Large, "storage_too_large")]
    [InlineData(100, "storage_type_refused")]
    public async Task A_file_that_the_bucket_will_never_take_fails_at_once_with_a_code_and_can_be_replayed(int size, string code)
    {
        var settings = SupabaseSettings.For(Fake);
        var name = settings["Storage:Bucket"]!;
        Fake.Buckets[name] = size > 100 ? new(name, Limit: 99_999) : new(name, OnlyType: "image/png");
        await using var host = await CreateAsync(settings: settings);
        await host.StartAsync();
        var bytes = PipelineHost.Bytes(size);
        var id = await host.ReceiveAsync(bytes);

        var file = await host.EndedAsync(id, FileStatus.Failed);

        Assert.Equal(code, file.RejectionCode);
        Assert.Equal(0, Fake.Objects.Stored);
        Fake.Buckets[name] = new(name);
        Assert.True(await host.Get<TusUpload.Pipeline.Jobs.FileReplay>().ReplayAsync(id, PipelineHost.User, Ct));
        await host.EndedAsync(id, FileStatus.Ready);
        await AssertStoredAsync(host, id, bytes);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(Large)]
    public async Task What_the_store_spoils_is_noticed_and_stored_again(int size)
    {
        await using var host = await CreateAsync();
        await host.StartAsync();
        Fake.Objects.Corrupts = 1;
        var bytes = PipelineHost.Bytes(size);
        var id = await host.ReceiveAsync(bytes);

        await host.EndedAsync(id, FileStatus.Ready);

        Assert.Equal(2, Fake.Objects.Stored);
        await AssertStoredAsync(host, id, bytes);
    }

    [Fact]
    public async Task Where_an_ETag_is_no_digest_the_object_is_read_back()
    {
        Fake.IsOnS3 = true;
        await using var host = await CreateAsync();
        await host.StartAsync();
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);

        await host.EndedAsync(id, FileStatus.Ready);

        Assert.Contains(Fake.Log, line => line.StartsWith("GET /object/authenticated/", StringComparison.Ordinal));
        Assert.Null(await host.Get<FileMoves>().FindAsync(id, PathOf(host, id), Ct));
    }

    [Fact]
    public async Task A_server_that_restarts_under_a_move_is_gone_on_with()
    {
        await using var host = await CreateAsync();
        await host.StartAsync();
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);
        await Eventually.IsAsync(() => Task.FromResult(Fake.Uploads.Taken > 0 ? Fake : null));

        await Fake.RestartAsync();

        await host.EndedAsync(id, FileStatus.Ready);
        Assert.Equal((1, 1, Large), (Fake.Uploads.Created, Fake.Objects.Stored, Fake.Uploads.Taken));
        await AssertStoredAsync(host, id, bytes);
    }

    [Fact]
    public async Task Two_processes_at_the_same_file_make_one_object()
    {
        await using var host = await CreateAsync(retries: 5);
        var bytes = PipelineHost.Bytes(Large);
        var id = await host.ReceiveAsync(bytes);

        await Task.WhenAll(StoreAsync(host, id, bytes, Ct), StoreAsync(host, id, bytes, Ct));

        await AssertStoredAsync(host, id, bytes);
        Assert.Equal(Large, Fake.Uploads.Taken);
    }

    private async Task<PipelineHost> CreateAsync(int retries = 0, Dictionary<string, string?>? settings = null)
    {
        settings ??= SupabaseSettings.For(Fake, retries: retries);
        foreach (var (key, interval) in JobsAtOnce)
        {
            settings.TryAdd(key, interval);
        }

        var host = await PipelineHost.CreateAsync(postgres, settings);
        await host.Get<IObjectStorage>().CheckAsync(Ct);
        return host;
    }

    private static async Task StoreAsync(PipelineHost host, int size)
    {
        var bytes = PipelineHost.Bytes(size);
        var id = await host.ReceiveAsync(bytes);
        await StoreAsync(host, id, bytes, Ct);
        await AssertStoredAsync(host, id, bytes);
    }

    private static Task<ObjectProof> StoreAsync(PipelineHost host, Guid id, byte[] bytes, CancellationToken cancellationToken)
    {
        var path = PathOf(host, id);
        var notes = new MoveNotes(host.Get<FileMoves>(), id, path, TimeProvider.System);
        var source = new ObjectSource(host.Get<IUploadContent>(), id, bytes.Length);
        return host.Get<IObjectStorage>().StoreAsync(new(source, path, PipelineHost.Sha256(bytes), null, notes), cancellationToken);
    }

    private static string PathOf(PipelineHost host, Guid id) => ObjectKey.For(host.Get<ObjectBuckets>().For(null), host.Workspace, id);

    private static async Task AssertStoredAsync(PipelineHost host, Guid id, byte[] bytes)
    {
        await using var stream = await host.Get<IObjectStorage>().OpenReadAsync(PathOf(host, id), Ct);
        var stored = new byte[stream.Length];
        await stream.ReadExactlyAsync(stored, Ct);
        Assert.True(bytes.AsSpan().SequenceEqual(stored));
    }
}
