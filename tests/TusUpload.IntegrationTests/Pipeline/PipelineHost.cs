using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.Data.Users;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline;
using TusUpload.Pipeline.Jobs;
using TusUpload.Uploads;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline;

/// <summary>A host with everything but the wire, on a fresh database and a folder of its own.</summary>
internal sealed class PipelineHost : IAsyncDisposable
{
    public const string User = "ann";

    private readonly TestFolder? _ownFolder;
    private readonly IHost _host;
    private bool _started;

    private PipelineHost(IHost host, string address, string folder, TestFolder? ownFolder) =>
        (_host, Address, Folder, _ownFolder) = (host, address, folder, ownFolder);

    public string Address { get; }

    public string Folder { get; }

    public Guid Workspace { get; private set; }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<PipelineHost> CreateAsync(
        PostgresServer postgres,
        Dictionary<string, string?>? settings = null,
        Action<IServiceCollection>? before = null,
        Action<IServiceCollection>? after = null)
    {
        var folder = new TestFolder();
        return await CreateAsync(await postgres.CreateDatabaseAsync(), folder.FullPath, folder, settings, before, after);
    }

    /// <summary>Another process of the same node, after this one was killed or stopped: same database, same folder.</summary>
    public Task<PipelineHost> RestartedAsync(Dictionary<string, string?>? settings = null, string? folder = null) =>
        CreateAsync(Address, folder ?? Folder, null, settings, null, null);

    public T Get<T>()
        where T : notnull => _host.Services.GetRequiredService<T>();

    public async Task<PipelineHost> StartAsync()
    {
        await _host.StartAsync(Ct);
        _started = true;
        return this;
    }

    /// <summary>Only lays the tables of jobs: nothing works on anything by itself.</summary>
    public async Task<PipelineHost> PrepareJobsAsync()
    {
        await Get<IEnumerable<IHostedService>>().OfType<JobStorageSetup>().Single().StartAsync(Ct);
        return this;
    }

    public async Task StopAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _started = false;
    }

    /// <summary>An upload whose last byte is in, with its bytes on the disk; nobody has been told.</summary>
    /// <param name="promised">SHA-256 that the client promised.</param>
    /// <param name="digest">Whether one process saw all bytes and made the digest.</param>
    /// <param name="reserved">Bytes set aside on the disk, where that is more than what came.</param>
    public async Task<Guid> ReceiveAsync(
        byte[] bytes, int spans = 1, string? promised = null, bool digest = true, Guid? batch = null, int reserved = 0, string? promised512 = null)
    {
        var content = Get<IUploadContent>();
        var id = Guid.CreateVersion7();
        await content.ReserveAsync(id, Math.Max(bytes.Length, reserved), Ct);
        await using (var writer = await content.OpenWriterAsync(ContentLease.Unknown(id), 0, Ct))
        {
            await writer.WriteAsync(new ReadOnlySequence<byte>(bytes), 0, Ct);
            await writer.FlushAsync(Ct);
        }

        var parts = Enumerable.Range(0, spans).Select(i => (Start: bytes.Length * i / spans, End: bytes.Length * (i + 1) / spans))
            .Where(part => part.End > part.Start)
            .Select(part => new CommittedSpan(part.Start, part.End, XxHash128.Hash(bytes.AsSpan(part.Start..part.End)))).ToArray();
        var sha256 = digest ? Sha256(bytes) : null;
        var whole = parts.Length < 2;
        var made = await Get<SessionCreation>().CreateAsync(
            new NewSession
            {
                Id = id,
                UserId = User,
                UploaderId = User,
                WorkspaceId = Workspace,
                BatchId = batch,
                FileName = "a file",
                FileHash = promised,
                PromisedSha512 = promised512,
                TotalSize = bytes.Length,
                ContentNode = content.Node,
                FirstSpan = parts.Length > 0 ? parts[0] : null,
                Sha256 = whole ? sha256 : null,
                Now = Now,
                ExpiresAt = Now.AddHours(1),
            },
            Ct);
        Assert.True(made.Made);
        var node = Get<TusUpload.Uploads.Leases.LocalNode>().Id;
        foreach (var part in parts.Skip(1))
        {
            var lease = await Get<SessionLeases>().TakeAsync(id, User, part.Start, node, TimeSpan.FromMinutes(1), Now, Ct);
            Assert.NotNull(await Get<SessionCommits>().CommitAsync(lease!, part, part.End == bytes.Length ? sha256 : null, true, Now, Now.AddHours(1), Ct));
        }

        return id;
    }

    public static string Sha256(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static byte[] Bytes(int size, int seed = 1)
    {
        var bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public string ContentOf(Guid id) => ((IFileContent)Get<DiskContent>()).PathOf(id);

    public string ObjectOf(Guid id) => Path.Combine(Folder, "objects", Workspace.ToString("n"), id.ToString()[^2..], id.ToString());

    public string[] Objects() => Directory.Exists(Path.Combine(Folder, "objects"))
        ? Directory.GetFiles(Path.Combine(Folder, "objects"), "*", SearchOption.AllDirectories)
        : [];

    public async Task<StoredFile?> FileAsync(Guid id)
    {
        await using var db = Db();
        return await db.Files.SingleOrDefaultAsync(file => file.Id == id, Ct);
    }

    public async Task<StoredFile> EndedAsync(Guid id, string status) => await Eventually.IsAsync(
        async () => await FileAsync(id) is { } file && file.ProcessingStatus == status ? file : null);

    /// <summary>(used, reserved) of the user; the workspace must agree.</summary>
    public async Task<(long Used, long Reserved)> UsageAsync()
    {
        await using var db = Db();
        var user = await db.Users.SingleAsync(Ct);
        var workspace = await db.Workspaces.SingleAsync(Ct);
        Assert.Equal((user.StorageUsed, user.StorageReserved), (workspace.StorageUsed, workspace.StorageReserved));
        return (user.StorageUsed, user.StorageReserved);
    }

    public async Task<string[]> EventsAsync(Guid subject)
    {
        await using var db = Db();
        return await db.Outbox.Where(row => row.Subject == subject).OrderBy(row => row.Position).Select(row => row.Type).ToArrayAsync(Ct);
    }

    public async Task<Guid> BatchAsync(int expected)
    {
        await using var db = Db();
        var batch = new Batch
        {
            Id = Guid.CreateVersion7(),
            UserId = User,
            UploaderId = User,
            WorkspaceId = Workspace,
            Status = "open",
            ExpectedFiles = expected,
            CreatedAt = Now,
        };
        db.Batches.Add(batch);
        await db.SaveChangesAsync(Ct);
        return batch.Id;
    }

    public async Task<Batch> FindBatchAsync(Guid id)
    {
        await using var db = Db();
        return await db.Batches.SingleAsync(batch => batch.Id == id, Ct);
    }

    public async Task<object?> QueryAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync(Ct);
    }

    public TusUploadDb Db() => Get<IDbContextFactory<TusUploadDb>>().CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        if (_started)
        {
            await StopAsync();
        }

        await ((IAsyncDisposable)_host).DisposeAsync();
        if (_ownFolder is not null)
        {
            await _ownFolder.DisposeAsync();
        }
    }

    private static async Task<PipelineHost> CreateAsync(
        string address,
        string folder,
        TestFolder? ownFolder,
        Dictionary<string, string?>? settings,
        Action<IServiceCollection>? before,
        Action<IServiceCollection>? after)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Data:Path"] = folder,
            ["Content:Durability"] = "os",
            ["Content:MinFreeBytes"] = "0",
            ["Jobs:FirstRetryDelay"] = "00:00:00",
            ["Jobs:RetryPollInterval"] = "00:00:00.100",
        });
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10));
        before?.Invoke(builder.Services);
        builder.Services.AddData(_ => address).AddUploads().AddPipeline();
        builder.Services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DiskContent>(provider));
        after?.Invoke(builder.Services);
        var host = new PipelineHost(builder.Build(), address, folder, ownFolder);
        host.Workspace = await host.Get<UserDirectory>().EnsureAsync(User, null, null, Now, Ct);
        return host;
    }
}
