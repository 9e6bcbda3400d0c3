using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Moves;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Storage;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Storage;

/// <summary>What every object store does.</summary>
public abstract class ObjectStorageCompliance(PostgresServer postgres)
{
    private const int MiB = 1 << 20;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected PostgresServer Postgres => postgres;

    /// <summary>The settings of a store that is there, with a bucket of its own that may be made.</summary>
    protected abstract Task<Dictionary<string, string?>> SettingsAsync();

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData((6 * MiB) - 1, true)]
    [InlineData(6 * MiB, false)]
    [InlineData((6 * MiB) + 1, true)]
    [InlineData((23 * MiB) + 7, false)]
    [InlineData((23 * MiB) + 7, true)]
    public async Task What_was_stored_is_read_back(int size, bool isFile)
    {
        await using var host = await CreateAsync(isFile);
        var bytes = PipelineHost.Bytes(size, size);
        var id = await host.ReceiveAsync(bytes, reserved: size + 5_000);

        var path = await StoreAsync(host, id, bytes);

        await AssertIsAsync(bytes, host, path);
        Assert.Equal(id, ObjectKey.FileOf(path));
    }

    [Fact]
    public async Task An_object_is_read_from_any_place()
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(7_000_000);
        var path = await StoreAsync(host, await host.ReceiveAsync(bytes), bytes);

        await using var stream = await host.Get<IObjectStorage>().OpenReadAsync(path, Ct);

        Assert.Equal(bytes.Length, stream.Length);
        foreach (var (place, length) in new[] { (6_999_990, 10), (0, 100), (3_000_000, 1_000_000), (3_000_000, 5), (6_000_000, 1) })
        {
            stream.Position = place;
            var piece = new byte[length];
            await stream.ReadExactlyAsync(piece, Ct);
            Assert.True(bytes.AsSpan(place, length).SequenceEqual(piece));
        }

        stream.Position = bytes.Length;
        Assert.Equal(0, await stream.ReadAsync(new byte[10], Ct));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData((17 * MiB) + 1)]
    public async Task Stored_again_is_stored_once(int size)
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(size);
        var id = await host.ReceiveAsync(bytes);

        await StoreAsync(host, id, bytes);
        var path = await StoreAsync(host, id, bytes);

        await AssertIsAsync(bytes, host, path);
        Assert.Equal([path], await ListAsync(host));
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData((17 * MiB) + 1)]
    public async Task Stored_and_then_without_its_content_it_is_there(int size)
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(size);
        var id = await host.ReceiveAsync(bytes);
        var path = await StoreAsync(host, id, bytes);
        await host.Get<IUploadContent>().DeleteAsync(id, Ct);

        await StoreAsync(host, id, bytes);

        await AssertIsAsync(bytes, host, path);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData((17 * MiB) + 1)]
    public async Task Neither_content_nor_object_is_an_error(int size)
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(size);
        var id = await host.ReceiveAsync(bytes);
        await host.Get<IUploadContent>().DeleteAsync(id, Ct);

        await Assert.ThrowsAsync<FileNotFoundException>(() => StoreAsync(host, id, bytes));
        await Assert.ThrowsAsync<FileNotFoundException>(() => host.Get<IObjectStorage>().OpenReadAsync(PathOf(host, id), Ct));
    }

    [Fact]
    public async Task What_was_deleted_is_gone_and_deleting_again_is_no_error()
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(100);
        var path = await StoreAsync(host, await host.ReceiveAsync(bytes), bytes);
        var storage = host.Get<IObjectStorage>();

        await storage.DeleteAsync(path, Ct);
        await storage.DeleteAsync(path, Ct);

        await Assert.ThrowsAsync<FileNotFoundException>(() => storage.OpenReadAsync(path, Ct));
        Assert.Empty(await ListAsync(host));
    }

    [Fact]
    public async Task A_list_has_what_was_stored_before_a_time()
    {
        await using var host = await CreateAsync();
        var bytes = PipelineHost.Bytes(100);
        var paths = new[]
        {
            await StoreAsync(host, await host.ReceiveAsync(bytes), bytes),
            await StoreAsync(host, await host.ReceiveAsync(bytes), bytes),
        };

        Assert.Equal(paths.Order(StringComparer.Ordinal), (await ListAsync(host)).Order(StringComparer.Ordinal));
        Assert.Empty(await ListAsync(host, PipelineHost.Now.AddHours(-1)));
    }

    [Fact]
    public async Task Types_go_to_the_buckets_of_their_rules_and_stay_there()
    {
        var settings = await SettingsAsync();
        settings["Storage:Bucket"] ??= "all-" + Guid.CreateVersion7();
        var images = settings["Storage:Buckets:0:Bucket"] = "images-" + Guid.CreateVersion7();
        settings["Storage:Buckets:0:Type"] = "image/*";
        await using var host = await PipelineHost.CreateAsync(postgres, settings);
        await host.Get<IObjectStorage>().CheckAsync(Ct);
        var bytes = PipelineHost.Bytes(100);

        var (image, text) = (
            await StoreAsync(host, await host.ReceiveAsync(bytes), bytes, "image/png"),
            await StoreAsync(host, await host.ReceiveAsync(bytes), bytes, "text/plain; charset=utf-8"));

        Assert.Equal((images, settings["Storage:Bucket"]), (image.Split('/')[0], text.Split('/')[0]));
        Assert.Equal(bytes, await ReadAsync(host, image));
        Assert.Equal(2, (await ListAsync(host)).Count);
    }

    /// <summary>A host with this store, whose check has been made.</summary>
    private protected async Task<PipelineHost> CreateAsync(bool isFile = true, Dictionary<string, string?>? settings = null)
    {
        var host = await PipelineHost.CreateAsync(postgres, settings ?? await SettingsAsync(), after: services =>
        {
            if (!isFile)
            {
                services.AddSingleton<IUploadContent>(provider => new UnnamedContent(provider.GetRequiredService<DiskContent>()));
            }
        });
        await host.Get<IObjectStorage>().CheckAsync(Ct);
        return host;
    }

    /// <summary>The store step's own way, without what comes after it.</summary>
    private protected static async Task<string> StoreAsync(PipelineHost host, Guid id, byte[] bytes, string? type = null)
    {
        var path = PathOf(host, id, type);
        var notes = new MoveNotes(host.Get<FileMoves>(), id, path, TimeProvider.System);
        var source = new ObjectSource(host.Get<IUploadContent>(), id, bytes.Length);
        await host.Get<IObjectStorage>().StoreAsync(new(source, path, PipelineHost.Sha256(bytes), type, notes), Ct);
        return path;
    }

    private protected static string PathOf(PipelineHost host, Guid id, string? type = null) =>
        ObjectKey.For(host.Get<ObjectBuckets>().For(type), host.Workspace, id);

    private protected static async Task AssertIsAsync(byte[] bytes, PipelineHost host, string path)
    {
        var stored = await ReadAsync(host, path);
        Assert.True(bytes.AsSpan().SequenceEqual(stored));
    }

    private protected static async Task<byte[]> ReadAsync(PipelineHost host, string path)
    {
        await using var stream = await host.Get<IObjectStorage>().OpenReadAsync(path, Ct);
        var bytes = new byte[stream.Length];
        await stream.ReadExactlyAsync(bytes, Ct);
        return bytes;
    }

    private protected static async Task<List<string>> ListAsync(PipelineHost host, DateTimeOffset? unchangedSince = null) =>
        await host.Get<IObjectStorage>().ListAsync(unchangedSince ?? PipelineHost.Now.AddHours(1), Ct).ToListAsync(Ct);
}
