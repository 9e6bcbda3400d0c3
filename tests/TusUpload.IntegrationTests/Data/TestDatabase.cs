using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using TusUpload.Data;
using TusUpload.Data.Batches;
using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.Data.Users;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Data;

/// <summary>A fresh database with the statements over it and one user in it.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    public const string User = "ann";

    private readonly ServiceProvider _services;

    private TestDatabase(ServiceProvider services) => _services = services;

    public Guid Workspace { get; private set; }

    public static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<TestDatabase> CreateAsync(PostgresServer postgres, long? limit = null)
    {
        var address = await postgres.CreateDatabaseAsync();
        var services = new ServiceCollection().AddLogging(log => log.ClearProviders())
            .AddSingleton<IConfiguration>(new ConfigurationBuilder().Build()).AddData(_ => address).BuildServiceProvider();
        var database = new TestDatabase(services);
        database.Workspace = await database.Get<UserDirectory>().EnsureAsync(User, null, limit, Now, Ct);
        return database;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public NewSession Session(long? size, Guid? batch = null, CommittedSpan? span = null) => new()
    {
        Id = Guid.CreateVersion7(),
        UserId = User,
        UploaderId = User,
        WorkspaceId = Workspace,
        BatchId = batch,
        FileName = "a file",
        TotalSize = size,
        FirstSpan = span,
        Now = Now,
        ExpiresAt = Now.AddHours(1),
    };

    public Task<Admission> CreateAsync(NewSession session) => Get<SessionCreation>().CreateAsync(session, Ct);

    /// <summary>An upload that arrived whole.</summary>
    public async Task<Guid> ReceiveAsync(long size, Guid? batch = null)
    {
        var session = Session(size, batch, size > 0 ? new CommittedSpan(0, size, new byte[16]) : null);
        Assert.True((await CreateAsync(session)).Made);
        return session.Id;
    }

    public async Task<Guid> BatchAsync(int? expected)
    {
        await using var db = Db();
        var batch = new Batch { Id = Guid.CreateVersion7(), UserId = User, UploaderId = User, WorkspaceId = Workspace, Status = "open", ExpectedFiles = expected, CreatedAt = Now };
        db.Batches.Add(batch);
        await db.SaveChangesAsync(Ct);
        return batch.Id;
    }

    /// <summary>A batch with a manifest, or with other wishes.</summary>
    public async Task<Guid> BatchAsync(
        (string Name, long? Size)[] manifest, int? expected = null, bool allOrNothing = false, string late = LatePolicy.Refuse, DateTimeOffset? expiresAt = null)
    {
        var batch = new Batch
        {
            Id = Guid.CreateVersion7(),
            UserId = User,
            UploaderId = User,
            WorkspaceId = Workspace,
            Status = "open",
            ExpectedFiles = manifest.Length > 0 ? manifest.Length : expected,
            AllOrNothing = allOrNothing,
            LateFiles = late,
            ExpiresAt = expiresAt,
            CreatedAt = Now,
        };
        await Get<BatchCreation>().CreateAsync(batch, manifest, Ct);
        return batch.Id;
    }

    /// <summary>Takes a received file to its end.</summary>
    public async Task SettleAsync(Guid id)
    {
        var files = Get<FileProcessing>();
        Assert.NotNull(await files.BeginAsync(id, new(Guid.CreateVersion7()), Now, Ct));
        Assert.True(await files.SettleAsync(id, new string('0', 64), $"key-{id:N}", null, Now, Ct));
    }

    public async Task<Batch> BatchAsync(Guid id)
    {
        await using var db = Db();
        return await db.Batches.SingleAsync(batch => batch.Id == id, Ct);
    }

    /// <summary>Ends one of the uploads whose time ran out; null where there is none.</summary>
    public async Task<SessionState?> ExpireOneAsync()
    {
        var endings = Get<SessionEndings>();
        foreach (var id in await endings.ExpiredAsync(Now, [], 100, Ct))
        {
            if (await endings.ExpireAsync(id, Now, Ct) is { } ended)
            {
                return ended;
            }
        }

        return null;
    }

    /// <summary>(used, reserved) of the user; the workspace must agree.</summary>
    public async Task<(long Used, long Reserved)> UsageAsync()
    {
        await using var db = Db();
        var user = await db.Users.SingleAsync(Ct);
        var workspace = await db.Workspaces.SingleAsync(Ct);
        Assert.Equal((user.StorageUsed, user.StorageReserved), (workspace.StorageUsed, workspace.StorageReserved));
        return (user.StorageUsed, user.StorageReserved);
    }

    public async Task<string[]> EventsAsync()
    {
        await using var db = Db();
        return await db.Outbox.OrderBy(row => row.Position).Select(row => row.Type).ToArrayAsync(Ct);
    }

    public TusUploadDb Db() => Get<IDbContextFactory<TusUploadDb>>().CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearPool(Get<NpgsqlDataSource>().CreateConnection());
        await _services.DisposeAsync();
    }
}
