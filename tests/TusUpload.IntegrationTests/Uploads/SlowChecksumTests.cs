using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Nothing of a body with a checksum is committed before its end; its upload must not expire meanwhile.</summary>
public sealed class SlowChecksumTests(SlowChecksumTests.ShortLived server) : IClassFixture<SlowChecksumTests.ShortLived>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_lives_while_its_checksummed_body_arrives()
    {
        var bytes = RandomNumberGenerator.GetBytes(1000);
        var upload = await server.Client.CreateAsync(bytes.Length);
        var begun = await EndAsync();
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port, Ct);
        await socket.GetStream().WriteAsync(
            Encoding.ASCII.GetBytes(
                $"PATCH {upload} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Length: {bytes.Length}\r\n"
                + $"Upload-Checksum: sha1 {Sha1(bytes)}\r\nContent-Type: application/offset+octet-stream\r\n\r\n"),
            Ct);
        var sent = 0;

        await TusRequests.EventuallyAsync(async () =>
        {
            await socket.GetStream().WriteAsync(bytes.AsMemory(sent++, 1), Ct);
            return await EndAsync() > begun;
        });

        await socket.GetStream().WriteAsync(bytes.AsMemory(sent), Ct);
        Assert.Equal(204, await socket.StatusAsync());
        Assert.Equal(bytes.Length, await server.Client.OffsetAsync(upload));

        Task<DateTimeOffset> EndAsync() =>
            server.WithDbAsync(db => db.Sessions.Where(row => row.Id == upload.Id()).Select(row => row.ExpiresAt).SingleAsync(Ct));
    }

#pragma warning disable CA5350 // An algorithm of the protocol, not a secret's.
    private static string Sha1(byte[] bytes) => Convert.ToBase64String(SHA1.HashData(bytes));
#pragma warning restore CA5350

    public sealed class ShortLived(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Tus:ExpiresAfter", "00:00:04")];
    }
}
