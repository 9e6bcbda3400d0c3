using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Content.S3;
using TusUpload.Uploads.Expiry;

namespace TusUpload.IntegrationTests.Uploads.Content;

/// <summary>Whole servers that share a database and a staging bucket.</summary>
public sealed class S3ServersTests(PostgresServer postgres, CephRgw ceph)
{
    private readonly string _bucket = "test-" + Guid.CreateVersion7().ToString("N");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_go_to_any_server_and_the_file_is_right_and_nothing_is_left_in_the_bucket()
    {
        await ceph.RequireAsync();
        await using var first = await StartAsync();
        await using var second = await StartAsync(first);
        await using var third = await StartAsync(first);
        RunningServer[] servers = [first, second, third];
        var bytes = RandomNumberGenerator.GetBytes(13_000_000);
        var upload = await first.Client.CreateAsync(bytes.Length);

        for (int offset = 0, turn = 1; offset < bytes.Length; turn++)
        {
            var end = Math.Min(bytes.Length, offset + 3_333_333);
            using var answer = await servers[turn % 3].Client.PatchAsync(upload, offset, bytes[offset..end]);
            Assert.Equal((HttpStatusCode.NoContent, end), (answer.StatusCode, (int)answer.Offset()));
            offset = end;
        }

        var file = await second.Client.EndedFileAsync(upload.Id());
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
        var served = await third.Client.GetByteArrayAsync(new Uri($"/api/v1/files/{upload.Id()}/content", UriKind.Relative), Ct);
        Assert.True(bytes.AsSpan().SequenceEqual(served));
        using var bucket = new S3Bucket(Address(ceph.Address, CephRgw.SecretKey), _bucket);
        await TusRequests.EventuallyAsync(async () =>
            (await bucket.ListObjectsAsync("", null, Ct)).Objects.Count == 0 && (await bucket.Multiparts.ListAsync("", null, Ct)).Uploads.Count == 0);
    }

    [Fact]
    public async Task Servers_on_another_database_with_the_same_bucket_leave_each_others_uploads_alone()
    {
        await ceph.RequireAsync();
        await using var one = await StartAsync();
        await using var other = await StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(6_000_000);
        var (begun, received) = (await one.Client.CreateAsync(bytes.Length + 1), await one.Client.CreateAsync(bytes.Length));
        using var most = await one.Client.PatchAsync(begun, 0, bytes);
        using var all = await one.Client.PatchAsync(received, 0, bytes);

        var sweep = (IContentSweep)other.Services.GetRequiredService<IUploadContent>();
        Assert.Equal(new(0, 0), await sweep.SweepAsync(TimeProvider.System.GetUtcNow().AddHours(1), removeWhole: true, Ct));

        using var last = await one.Client.PatchAsync(begun, bytes.Length, [1]);
        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        foreach (var upload in new[] { begun, received })
        {
            Assert.Equal("ready", (await one.Client.EndedFileAsync(upload.Id())).GetProperty("processingStatus").GetString());
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_checksum_that_is_named_after_the_body_is_made_while_it_arrives(bool isWrong)
    {
        await ceph.RequireAsync();
        await using var server = await StartAsync();
        var bytes = RandomNumberGenerator.GetBytes(6_000_000);
        var upload = await server.Client.CreateAsync(bytes.Length + 1);
        var digest = SHA512.HashData(isWrong ? [] : bytes);

        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Client.BaseAddress!.Port, Ct);
        var stream = socket.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"PATCH {upload} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nTrailer: Upload-Checksum\r\n"
                + $"Transfer-Encoding: chunked\r\nContent-Type: application/offset+octet-stream\r\n\r\n{bytes.Length:x}\r\n"),
            Ct);
        await stream.WriteAsync(bytes, Ct);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"\r\n0\r\nUpload-Checksum: sha512 {Convert.ToBase64String(digest)}\r\n\r\n"), Ct);

        Assert.Equal(isWrong ? 460 : 204, await socket.StatusAsync());
        Assert.Equal(isWrong ? 0 : bytes.Length, await server.Client.OffsetAsync(upload));
    }

    [Fact]
    public async Task While_the_store_is_away_a_body_is_answered_503_and_its_flushed_bytes_stay()
    {
        await ceph.RequireAsync();
        await using var line = new FaultyLine(ceph.Port);
        await using var server = await StartAsync(store: line.Address);
        var bytes = RandomNumberGenerator.GetBytes(12_000_000);
        var upload = await server.Client.CreateAsync(bytes.Length);
        using (var answer = await server.Client.PatchAsync(upload, 0, bytes[..1_000_000]))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        line.Close();
        using (var answer = await server.Client.PatchAsync(upload, 1_000_000, bytes[1_000_000..]))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "temporarily_unavailable"), (answer.StatusCode, await answer.CodeAsync()));
        }

        Assert.Equal("failing", await ReadinessAsync(server));
        var offset = (int)await server.Client.OffsetAsync(upload);
        Assert.InRange(offset, 1_000_000, bytes.Length - 1);
        line.IsClosed = false;
        using (var answer = await server.Client.PatchAsync(upload, offset, bytes[offset..]))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        Assert.Equal("ok", await ReadinessAsync(server));
        var file = await server.Client.EndedFileAsync(upload.Id());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task While_the_store_is_away_an_upload_ends_and_the_sweep_removes_its_bytes_later()
    {
        await ceph.RequireAsync();
        await using var line = new FaultyLine(ceph.Port);
        await using var server = await StartAsync(store: line.Address);
        var upload = await server.Client.CreateAsync(12_000_000);
        using (var answer = await server.Client.PatchAsync(upload, 0, new byte[6_000_000]))
        {
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }

        line.Close();
        using (var ended = await server.Client.TerminateAsync(upload))
        {
            Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        }

        Assert.Equal((0, 0), await server.Client.UsageAsync());
        line.IsClosed = false;
        var (_, removed, kept) = await server.Services.GetRequiredService<ExpirySweep>().RunOnceAsync(Ct);
        Assert.Equal((1, 0), (removed, kept));
        using var bucket = new S3Bucket(Address(ceph.Address, CephRgw.SecretKey), _bucket);
        Assert.Empty((await bucket.Multiparts.ListAsync("", null, Ct)).Uploads);
    }

    [Fact]
    public async Task A_store_that_is_away_does_not_hold_up_the_start()
    {
        await using var server = await StartAsync(store: new Uri("http://127.0.0.1:1"));

        Assert.Equal("failing", await ReadinessAsync(server));
    }

    [Fact]
    public async Task What_only_a_setting_can_mend_ends_the_start_in_words()
    {
        await ceph.RequireAsync();

        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(settings: s => s["Content:S3:CreateBucket"] = "false"));
        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(settings: s => s["Content:S3:SecretKey"] = "another"));

        Assert.Contains(_bucket, missing.Message, StringComparison.Ordinal);
        Assert.Contains("SignatureDoesNotMatch", wrong.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another", wrong.ToString(), StringComparison.Ordinal);
    }

    private static S3Address Address(Uri store, string secret) => new()
    {
        ServiceUrl = store.ToString(),
        Region = "default",
        AccessKey = CephRgw.AccessKey,
        SecretKey = secret,
        RequestTimeout = TimeSpan.FromSeconds(20),
        Retries = 2,
    };

    private static async Task<string?> ReadinessAsync(RunningServer server)
    {
        using var answer = await server.Client.GetAsync(new Uri("/health/ready", UriKind.Relative), Ct);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("checks").GetProperty("content").GetString();
    }

    private Task<RunningServer> StartAsync(RunningServer? other = null, Uri? store = null, Action<IDictionary<string, string>>? settings = null) =>
        RunningServer.StartAsync(postgres, s =>
        {
            s["Content:Kind"] = "s3";
            s["Content:S3:ServiceUrl"] = (store ?? ceph.Address).ToString();
            s["Content:S3:Region"] = "default";
            s["Content:S3:Bucket"] = _bucket;
            s["Content:S3:AccessKey"] = CephRgw.AccessKey;
            s["Content:S3:SecretKey"] = CephRgw.SecretKey;
            s["Content:S3:PartSize"] = "5242880";
            s["Content:S3:CreateBucket"] = "true";
            s["Content:S3:Retries"] = "1";
            if (other is not null)
            {
                s["ConnectionStrings:Postgres"] = other.ConnectionString;
                s["Storage:LocalPath"] = Path.Combine(other.DataPath, "objects");
            }

            settings?.Invoke(s);
        });
}
