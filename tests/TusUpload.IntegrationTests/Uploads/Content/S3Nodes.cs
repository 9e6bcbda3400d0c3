using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

using TusUpload.Data;
using TusUpload.Data.Content;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Data;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Protocol;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;

namespace TusUpload.IntegrationTests.Uploads.Content;

/// <summary>Nodes with content in one bucket and one database, both of their own.</summary>
internal sealed class S3Nodes : IAsyncDisposable
{
    public const int PartSize = 5 << 20;

    private readonly TestFolder _folder = new();
    private readonly CephRgw _ceph;
    private readonly List<S3Staging> _stagings = [];

    private readonly bool _ownsDatabase;

    private S3Nodes(CephRgw ceph, TestDatabase database, bool ownsDatabase) => (_ceph, Database, _ownsDatabase) = (ceph, database, ownsDatabase);

    public TestDatabase Database { get; }

    public string BucketName { get; } = "test-" + Guid.CreateVersion7().ToString("N");

    /// <summary>The bucket, for looking into it and for what a node would have done.</summary>
    public S3Bucket Bucket => _stagings[0].Bucket;

    public ContentMultiparts Multiparts => Database.Get<ContentMultiparts>();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<S3Nodes> CreateAsync(PostgresServer postgres, CephRgw ceph)
    {
        await ceph.RequireAsync();
        return await CheckedAsync(new(ceph, await TestDatabase.CreateAsync(postgres), ownsDatabase: true));
    }

    /// <summary>With a database that is another's to dispose of.</summary>
    public static Task<S3Nodes> CreateAsync(TestDatabase database, CephRgw ceph) => CheckedAsync(new(ceph, database, ownsDatabase: false));

    private static async Task<S3Nodes> CheckedAsync(S3Nodes nodes)
    {
        await nodes.Start().CheckAsync(Ct);
        return nodes;
    }

    /// <summary>Another node.</summary>
    public S3Content Start(Uri? store = null, int retries = 0, string? folder = null)
    {
        var options = new S3ContentOptions
        {
            ServiceUrl = (store ?? _ceph.Address).ToString(),
            Region = "default",
            Bucket = BucketName,
            AccessKey = CephRgw.AccessKey,
            SecretKey = CephRgw.SecretKey,
            PartSize = PartSize,
            CreateBucket = true,
            Retries = retries,
        };
        var setting = new S3StagingSetting(
            Options.Create(new ContentOptions()), Options.Create(new DataOptions { Path = folder ?? _folder.FullPath }), Options.Create(new TusOptions()));
        var staging = new S3Staging(Multiparts, Database.Get<ContentRows>(), Options.Create(options), setting, TimeProvider.System);
        _stagings.Add(staging);
        return new(staging, new S3Completion(staging), new S3Sweep(staging, Database.Get<KnownFiles>()));
    }

    public string KeyOf(Guid uploadId) => _stagings[0].KeyOf(uploadId);

    /// <summary>An upload without a byte.</summary>
    public async Task<Guid> CreateAsync(long? size)
    {
        var session = Database.Session(size);
        Assert.True((await Database.CreateAsync(session)).Made);
        return session.Id;
    }

    /// <summary>The lease of a node that is new and does not say that it lives, so that anybody may take it over.</summary>
    public async Task<SessionState> TakeAsync(Guid id, long offset)
    {
        var lease = await Database.Get<SessionLeases>().TakeAsync(
            id, TestDatabase.User, offset, Guid.CreateVersion7(), TimeSpan.FromSeconds(5), TestDatabase.Now, Ct);
        Assert.NotNull(lease);
        return lease;
    }

    public async Task CommitAsync(SessionState lease, long end)
    {
        if (lease.TotalSize is null)
        {
            Assert.True((await Database.Get<SessionLengths>().GrowAsync(lease, end, TestDatabase.Now, Ct)).Made);
        }

        Assert.NotNull(await Database.Get<SessionCommits>().CommitAsync(
            lease, new(lease.UploadedSize, end, new byte[16]), null, true, TestDatabase.Now, TestDatabase.Now.AddHours(1), Ct));
    }

    /// <summary>One request that ends well.</summary>
    public async Task AppendAsync(S3Content node, Guid id, byte[] bytes, long start, long end)
    {
        var lease = await TakeAsync(id, start);
        await using var writer = await node.OpenWriterAsync(LeaseOf(lease), start, Ct);
        await writer.WriteAsync(new(bytes.AsMemory((int)start..(int)end)), start, Ct);
        await writer.FlushAsync(Ct);
        await CommitAsync(lease, end);
    }

    public static ContentLease LeaseOf(SessionState lease) => new(lease.Id, lease.LeaseNode, lease.LeaseEpoch);

    public static async Task AssertReadsAsync(S3Content node, Guid id, byte[] expected, IEnumerable<string>? log = null)
    {
        var read = await ReadAsync(node, id, expected.Length);
        Assert.True(expected.AsSpan().SequenceEqual(read), $"Other bytes are read.\n{string.Join('\n', log ?? [])}");
    }

    public static async Task<byte[]> ReadAsync(S3Content node, Guid id, long length)
    {
        await using var stream = await node.OpenReadAsync(id, length, Ct);
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, Ct);
        Assert.Equal(0, await stream.ReadAsync(new byte[1], Ct));
        return bytes;
    }

    /// <summary>Nothing is left of any upload: no object, no multipart upload, no row.</summary>
    public async Task AssertEmptyAsync()
    {
        Assert.Empty((await Bucket.ListObjectsAsync("", null, Ct)).Objects);
        Assert.Empty((await Bucket.Multiparts.ListAsync("", null, Ct)).Uploads);
        await using var db = Database.Db();
        Assert.Equal(0, await db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM tus_upload.content_rows").SingleAsync(Ct));
        Assert.Equal(0, await db.Database.SqlQuery<int>($"SELECT count(*)::int AS \"Value\" FROM tus_upload.content_multiparts").SingleAsync(Ct));
    }

    public async ValueTask DisposeAsync()
    {
        _stagings.ForEach(staging => staging.Dispose());
        if (_ownsDatabase)
        {
            await Database.DisposeAsync();
        }

        await _folder.DisposeAsync();
    }
}
