using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.Data.Files;
using TusUpload.Data.Sessions;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Pipeline.Janitors;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Pipeline.Janitors;

public sealed class ContentJanitorTests(PostgresServer postgres)
{
    private static readonly TimeSpan Old = TimeSpan.FromHours(25);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("disk")]
    [InlineData("postgres")]
    public async Task Bytes_that_no_upload_knows_go_when_they_are_old(string kind)
    {
        await using var server = await StartAsync(kind);
        var old = new[] { await BytesAsync(server, IdOf(Old)), await BytesAsync(server, IdOf(Old)) };
        var young = await BytesAsync(server, IdOf(TimeSpan.FromHours(23)));

        var report = await RunAsync(server);

        Assert.Equal((2, 0), (report["removed"], report["not_removable"]));
        var left = await Task.WhenAll(old.Append(young).Select(id => HasBytesAsync(server, id)));
        Assert.Equal([false, false, true], left);
        Assert.Equal(0, (await RunAsync(server))["removed"]);
    }

    [Fact]
    public async Task A_file_that_was_written_to_lately_is_not_old()
    {
        await using var server = await StartAsync("disk");
        var id = await BytesAsync(server, IdOf(Old));
        File.SetLastWriteTimeUtc(PathOf(server, id), TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(-23));

        Assert.Equal(0, (await RunAsync(server))["removed"]);
        Assert.True(await HasBytesAsync(server, id));
    }

    [Theory]
    [InlineData("receiving", null, false, true)]
    [InlineData("terminated", null, false, true)]
    [InlineData("terminated", null, true, false)]
    [InlineData("expired", null, true, false)]
    [InlineData("received", "storing", false, true)]
    [InlineData("received", "failed", false, true)]
    [InlineData("received", "rejected", false, false)]
    [InlineData("received", "ready", false, false)]
    public async Task Bytes_stay_while_somebody_may_ask_for_them(string session, string? file, bool removed, bool stay)
    {
        await using var server = await StartAsync("disk");
        var id = await BytesAsync(server, IdOf(Old));
        await MakeAsync(server, id, session, removed);
        if (file is not null)
        {
            await MakeFileAsync(server, id, file);
        }

        Assert.Equal(stay ? 0 : 1, (await RunAsync(server))["removed"]);
        Assert.Equal(stay, await HasBytesAsync(server, id));
    }

    [Theory]
    [InlineData("storing", true)]
    [InlineData("ready", false)]
    public async Task Parts_stay_as_long_as_their_final_needs_them(string file, bool stay)
    {
        await using var server = await StartAsync("disk");
        var (part, final) = (await BytesAsync(server, IdOf(Old)), IdOf(Old));
        await MakeAsync(server, final, "received", removed: false);
        await MakeAsync(server, part, "joined", removed: false, final);
        await MakeFileAsync(server, final, file);

        Assert.Equal(stay ? 0 : 1, (await RunAsync(server))["removed"]);
        Assert.Equal(stay, await HasBytesAsync(server, part));
    }

    [Fact]
    public async Task Two_at_once_remove_everything_and_nothing_else()
    {
        await using var server = await StartAsync("disk");
        var old = await Task.WhenAll(Enumerable.Range(0, 700).Select(_ => BytesAsync(server, IdOf(Old))));
        var kept = await server.CreateUploadAsync(100);

        await Task.WhenAll(RunAsync(server), RunAsync(server));

        Assert.DoesNotContain(true, await Task.WhenAll(old.Select(id => HasBytesAsync(server, id))));
        Assert.True(await HasBytesAsync(server, kept));
    }

    [Fact]
    public async Task A_process_that_slept_between_the_bytes_and_their_row_makes_no_upload()
    {
        await using var server = await StartAsync("disk", services => services.AddSingleton<TimeProvider>(new LateTime(TimeSpan.FromHours(13))));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "5" }, { "Upload-Metadata", "filename YQ==" } },
            Content = new ByteArrayContent("hello"u8.ToArray()) { Headers = { ContentType = new MediaTypeHeaderValue("application/offset+octet-stream") } },
        };

        using var response = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(0, await server.WithDbAsync(db => db.Sessions.CountAsync(Ct)));
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(server.DataPath, "content"), "????????-*", SearchOption.AllDirectories));
    }

    // No worker takes what a test calls a file.
    private Task<RunningServer> StartAsync(string kind, Action<IServiceCollection>? services = null) => RunningServer.StartAsync(
        postgres, settings => (settings["Content:Kind"], settings["Roles"], settings["Content:Shared"]) = (kind, "receive", "true"), services);

    private static Guid IdOf(TimeSpan age) => Guid.CreateVersion7(TimeProvider.System.GetUtcNow() - age);

    private static Task<Dictionary<string, long>> RunAsync(RunningServer server) =>
        server.Services.GetServices<IJanitor>().OfType<ContentJanitor>().Single().RunOnceAsync(Ct);

    private static async Task<Guid> BytesAsync(RunningServer server, Guid id)
    {
        var content = server.Services.GetRequiredService<IUploadContent>();
        await using (var writer = await content.OpenWriterAsync(ContentLease.Unknown(id), 0, Ct))
        {
            await writer.WriteAsync(new ReadOnlySequence<byte>(new byte[100]), 0, Ct);
            await writer.FlushAsync(Ct);
        }

        if (content is IFileContent file)
        {
            File.SetLastWriteTimeUtc(file.PathOf(id), TimeProvider.System.GetUtcNow().UtcDateTime - Old);
        }

        return id;
    }

    private static string PathOf(RunningServer server, Guid id) => ((IFileContent)server.Services.GetRequiredService<IUploadContent>()).PathOf(id);

    private static async Task<bool> HasBytesAsync(RunningServer server, Guid id)
    {
        try
        {
            await using var stream = await server.Services.GetRequiredService<IUploadContent>().OpenReadAsync(id, 100, Ct);
            return await stream.ReadAsync(new byte[1], Ct) == 1;
        }
        catch (FileNotFoundException)
        {
            return false;
        }
    }

    private static Task<int> MakeAsync(RunningServer server, Guid id, string status, bool removed, Guid? final = null) => server.WithDbAsync(async db =>
    {
        var known = await db.Workspaces.FirstOrDefaultAsync(Ct);
        if (known is null)
        {
            // Users appear with what they do first.
            await server.CreateUploadAsync(1);
            known = await db.Workspaces.FirstAsync(Ct);
        }

        var isUnfinished = status == "receiving";
        db.Sessions.Add(new UploadSession
        {
            Id = id,
            UserId = known.UserId,
            UploaderId = known.UserId,
            WorkspaceId = known.Id,
            FileName = "a file",
            TotalSize = 100,
            UploadedSize = 100,
            ReservedSize = isUnfinished || status == "received" ? 100 : 0,
            Status = status,
            ContentRemoved = removed,
            IsPartial = final is not null,
            FinalId = final,
            CreatedAt = TimeProvider.System.GetUtcNow(),
            LastActivityAt = TimeProvider.System.GetUtcNow(),
            ExpiresAt = TimeProvider.System.GetUtcNow().AddHours(1),
        });
        return 1;
    });

    private static Task<int> MakeFileAsync(RunningServer server, Guid id, string status) => server.WithDbAsync(async db =>
    {
        var session = await db.Sessions.SingleAsync(one => one.Id == id, Ct);
        var (isReady, isRefused) = (status == FileStatus.Ready, status is FileStatus.Rejected or FileStatus.Failed);
        db.Files.Add(new StoredFile
        {
            Id = id,
            UserId = session.UserId,
            UploaderId = session.UserId,
            WorkspaceId = session.WorkspaceId,
            FileName = "a file",
            FileSize = 100,
            ProcessingStatus = status,
            Sha256 = isReady ? new string('0', 64) : null,
            StoragePath = isReady ? "a/b/c" : null,
            ReadyAt = isReady ? TimeProvider.System.GetUtcNow() : null,
            RejectionCode = isRefused ? "a_test" : null,
            CreatedAt = TimeProvider.System.GetUtcNow(),
        });
        return 1;
    });

    private sealed class LateTime(TimeSpan late) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() - late;
    }
}
