using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>The same POST comes again while the first is under way, and its client is told of the upload; what becomes of the first must not end it.</summary>
public sealed class TwinPostTests(PostgresServer postgres)
{
    private const string Keyed = "resumeKey YSBrZXk=";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_disk_that_was_full_for_the_first_does_not_end_the_upload_of_the_second()
    {
        FullAtFirst? content = null;
        await using var server = await RunningServer.StartAsync(
            postgres,
            settings => settings["Content:Shared"] = "true",
            services => services.AddSingleton<IUploadContent>(provider => content = new(provider.GetRequiredKeyedService<IUploadContent>("disk"))));
        await using var other = await RunningServer.StartAsync(postgres, settings =>
        {
            settings["Content:Shared"] = "true";
            settings["Content:Path"] = Path.Combine(server.DataPath, "content");
            settings["Storage:LocalPath"] = Path.Combine(server.DataPath, "objects");
            settings["ConnectionStrings:Postgres"] = server.ConnectionString;
        });
        var bytes = RandomNumberGenerator.GetBytes(5_000);
        _ = server.Services.GetRequiredService<IUploadContent>();
        var first = server.Client.PostAsync(bytes.Length, null, Keyed);
        await content!.Asked.Task.WaitAsync(Ct);

        var upload = await other.Client.CreateAsync(bytes.Length, Keyed);
        content.GoOn.SetResult();

        using (var refused = await first)
        {
            Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        }

        Assert.Equal(0, await server.Client.OffsetAsync(upload));
        using var all = await server.Client.PatchAsync(upload, 0, bytes);
        Assert.Equal(HttpStatusCode.NoContent, all.StatusCode);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(bytes)), (await server.Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_body_of_the_first_that_does_not_match_does_not_end_the_upload_of_the_second()
    {
        await using var server = await RunningServer.StartAsync(postgres);
        var bytes = new byte[2_000_000];
        using var first = await StartAsync(server, bytes.Length);
        await first.GetStream().WriteAsync(new byte[1_000], Ct);
        await TusRequests.EventuallyAsync(() => server.WithDbAsync(db => db.Sessions.AnyAsync(session => session.LeaseNode != null, Ct)));

        // Takes over, so the first body is neither whole nor wrong.
        var upload = await server.Client.CreateAsync(bytes.Length, Keyed);
        Assert.Equal(201, await first.StatusAsync());

        using var third = await StartAsync(server, bytes.Length);
        await third.GetStream().WriteAsync(bytes, Ct);
        Assert.Equal(460, await third.StatusAsync());
        Assert.Equal(0, await server.Client.OffsetAsync(upload));
        using var all = await server.Client.PatchAsync(upload, 0, bytes);
        Assert.Equal(HttpStatusCode.NoContent, all.StatusCode);
    }

    [Fact]
    public async Task A_body_that_does_not_match_leaves_its_key_an_upload_without_a_byte()
    {
        await using var server = await RunningServer.StartAsync(postgres);
        var bytes = new byte[2_000_000];
        using var wrong = await StartAsync(server, bytes.Length);
        await wrong.GetStream().WriteAsync(bytes, Ct);
        Assert.Equal(460, await wrong.StatusAsync());

        using var again = await server.Client.PostAsync(bytes.Length, bytes, Keyed);

        Assert.Equal((HttpStatusCode.Created, bytes.Length), (again.StatusCode, again.Offset()));
        Assert.Equal(1, await server.WithDbAsync(db => db.Sessions.CountAsync(Ct)));
    }

    [Fact]
    public async Task Without_a_key_nothing_of_it_is_left()
    {
        FullAtFirst? content = null;
        await using var server = await RunningServer.StartAsync(postgres, services: services => services.AddSingleton<IUploadContent>(
            provider => content = new(provider.GetRequiredKeyedService<IUploadContent>("disk"))));
        _ = server.Services.GetRequiredService<IUploadContent>();
        content!.GoOn.SetResult();

        using var refused = await server.Client.PostAsync(5_000);

        Assert.Equal(HttpStatusCode.InsufficientStorage, refused.StatusCode);
        var session = await server.WithDbAsync(db => db.Sessions.SingleAsync(Ct));
        Assert.Equal(("terminated", 0), (session.Status, session.ReservedSize));
    }

    private static async Task<TcpClient> StartAsync(RunningServer server, int length)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Ct);
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /uploads HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Length: {length}\r\nUpload-Metadata: {Keyed}\r\n"
                + "Upload-Checksum: sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\nContent-Type: application/offset+octet-stream\r\n"
                + $"Content-Length: {length}\r\n\r\n"),
            Ct);
        return socket;
    }

    /// <summary>Has no room for the first upload, and takes its time to say so.</summary>
    private sealed class FullAtFirst(IUploadContent inner) : IUploadContent
    {
        private int _asked;

        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource GoOn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Kind => inner.Kind;

        public Guid? Node => inner.Node;

        public async ValueTask ReserveAsync(Guid uploadId, long length, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _asked) == 1)
            {
                Asked.SetResult();
                await GoOn.Task.WaitAsync(cancellationToken);
                throw new StorageFullException("A test's disk is full.");
            }

            await inner.ReserveAsync(uploadId, length, cancellationToken);
        }

        public ValueTask<IContentWriter> OpenWriterAsync(ContentLease lease, long offset, CancellationToken cancellationToken) =>
            inner.OpenWriterAsync(lease, offset, cancellationToken);

        public ValueTask<Stream> OpenReadAsync(Guid uploadId, long length, CancellationToken cancellationToken) =>
            inner.OpenReadAsync(uploadId, length, cancellationToken);

        public ValueTask DeleteAsync(Guid uploadId, CancellationToken cancellationToken) => inner.DeleteAsync(uploadId, cancellationToken);

        public IAsyncEnumerable<Guid> ListAsync(DateTimeOffset unchangedSince, CancellationToken cancellationToken) =>
            inner.ListAsync(unchangedSince, cancellationToken);
    }
}
