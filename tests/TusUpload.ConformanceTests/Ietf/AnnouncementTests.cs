using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Protocol.Ietf;
using TusUpload.UnitTests.Protocol;
using TusUpload.Uploads.Progress;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>104 (Upload Resumption Supported) and bodies that break, letter by letter. HTTP/1.1 only: over HTTP/2 the web server sends none.</summary>
public sealed class AnnouncementTests(ImpatientServer server, PostgresServer postgres) : IClassFixture<ImpatientServer>
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("ietf-104-1", "MUST", "104 comes before the body is read, with Location, Upload-Limit and the request's version; the answer has the same Location.")]
    public async Task IETF_104_1_the_address_is_told_before_the_body()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head("8", "Content-Length: 10"));
        var early = await connection.ReadAsync();
        await connection.SendAsync("helloworld");
        var answer = await connection.ReadAsync();
        await connection.SendAsync($"HEAD {early["Location"]} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        var next = await connection.ReadAsync(isHead: true);

        Assert.Equal((104, "8"), (early.Status, early["Upload-Draft-Interop-Version"]));
        Assert.StartsWith("max-size=", early["Upload-Limit"], StringComparison.Ordinal);
        Assert.Equal((201, early["Location"], "?1"), (answer.Status, answer["Location"], answer["Upload-Complete"]));
        Assert.Equal((204, "?1", "10"), (next.Status, next["Upload-Complete"], next["Upload-Offset"]));
    }

    [Fact]
    [Clause("ietf-104-2", "MUST", "A client that waits for 100 Continue gets it after 104.")]
    public async Task IETF_104_2_continue_still_follows()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head("6", "Content-Length: 5\r\nExpect: 100-continue"));

        Assert.Equal((104, 100), ((await connection.ReadAsync()).Status, (await connection.ReadAsync()).Status));
        await connection.SendAsync("hello");
        Assert.Equal(201, (await connection.ReadAsync()).Status);
    }

    [Fact]
    [Clause("ietf-104-4", "SHOULD", "104 comes over TLS as well, and nothing else on the connection is harmed.")]
    public async Task IETF_104_4_over_tls_the_connection_stays_whole()
    {
        using var key = RSA.Create(2048);
        var wanted = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = wanted.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using var secure = await RunningServer.StartAsync(postgres, services: services => services.Configure<KestrelServerOptions>(
            kestrel => kestrel.ConfigureEndpointDefaults(listen => listen.UseUploadResumptionAnnouncements().UseHttps(certificate))));
        await using var connection = await RawConnection.OverTlsAsync(secure.Address.Port, certificate);
        foreach (var _ in Enumerable.Range(0, 3))
        {
            await connection.SendAsync(Head("9", "Content-Length: 300000"));
            var early = await connection.ReadAsync();
            await connection.SendAsync(new string('x', 300_000));
            var answer = await connection.ReadAsync();

            Assert.Equal((104, 201, "?1"), (early.Status, answer.Status, answer["Upload-Complete"]));
            Assert.Equal((early["Location"], "300000"), (answer["Location"], answer["Upload-Offset"]));
        }
    }

    [Theory]
    [Clause("ietf-104-3", "MUST", "A request that names no version, or one that is not spoken, gets no 104.")]
    [InlineData(null)]
    [InlineData("2")]
    [InlineData("99")]
    [InlineData("\"8\"")]
    public async Task IETF_104_3_other_versions_get_none(string? version)
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head(version, "Content-Length: 5") + "hello");

        Assert.Equal(201, (await connection.ReadAsync()).Status);
    }

    [Fact]
    [Clause("ietf-104-5", "SHOULD", "No 104 where something on the way says that it cannot pass it; the rest is as ever.")]
    public async Task IETF_104_5_none_where_it_does_not_get_through()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head("8", "X-Interim-Responses: none\r\nContent-Length: 5") + "hello");

        var answer = await connection.ReadAsync();

        Assert.Equal((201, "?1", "5"), (answer.Status, answer["Upload-Complete"], answer["Upload-Offset"]));
    }

    [Fact]
    [Clause(
        "ietf-104-6", "SHOULD", "While a long body arrives, 104 tells the offset that is kept.",
        Otherwise = "104 is sent once, before the body. While a body is read, the web server may write to the connection by itself, and two writers "
            + "would mix their bytes. A client that was cut asks for the offset with HEAD.")]
    public async Task IETF_104_6_no_104_follows_the_first()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head("8", "Content-Length: 900000"));
        var early = await connection.ReadAsync();
        await connection.SendAsync(new string('x', 900_000));
        var answer = await connection.ReadAsync();

        Assert.Equal((104, null), (early.Status, early["Upload-Offset"]));
        Assert.Equal((201, "900000"), (answer.Status, answer["Upload-Offset"]));
    }

    [Fact]
    [Clause("ietf-key-5", "SHOULD", "104 tells also of an upload that was found by its key, where its body is read.")]
    public async Task IETF_KEY_5_a_found_upload_is_told_before_the_body()
    {
        var key = Guid.CreateVersion7();
        using var first = await IetfRequests.Post(completes: false, null).With("Upload-Length", "10").With("Idempotency-Key", $"\"{key}\"").SendAsync(Client);
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head("8", $"Idempotency-Key: \"{key}\"\r\nContent-Length: 10"));
        var early = await connection.ReadAsync();
        await connection.SendAsync("helloworld");
        var answer = await connection.ReadAsync();

        Assert.Equal((104, first.Headers.Location!.OriginalString), (early.Status, early["Location"]));
        Assert.Equal((201, early["Location"], "?1"), (answer.Status, answer["Location"], answer["Upload-Complete"]));
    }

    [Theory]
    [Clause("ietf-digest-8", "SHOULD", "An upload that 104 told of, and whose body does not have its Content-Digest, is gone again.")]
    [InlineData("Content-Length: 5", "hello")]
    [InlineData("Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n")]
    public async Task IETF_DIGEST_8_an_upload_that_was_told_of_is_gone_with_its_bytes(string framing, string body)
    {
        var other = Convert.ToBase64String(SHA256.HashData("other"u8));
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head("8", $"Content-Digest: sha-256=:{other}:\r\n{framing}"));
        var early = await connection.ReadAsync();
        await connection.SendAsync(body);
        var answer = await connection.ReadAsync();

        Assert.Equal((104, 400, "?0"), (early.Status, answer.Status, answer["Upload-Complete"]));
        Assert.Null(answer["Location"]);
        Assert.Equal(404, await IetfRequests.Head(new Uri(early["Location"]!, UriKind.Relative)).StatusAsync(Client));
    }

    [Theory]
    [Clause("ietf-concurrency-1", "SHOULD", "A newer request to an upload ends the one that is still sending, and what that had brought is kept.")]
    [InlineData("HEAD")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    public async Task IETF_CONCURRENCY_1_a_newer_request_takes_over(string method)
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);
        await using var old = new RawConnection(server.Port);
        await old.SendAsync(
            $"PATCH {upload.OriginalString} HTTP/1.1\r\nHost: localhost\r\nUpload-Draft-Interop-Version: 8\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
            + $"Content-Type: {IetfRequests.Partial}\r\nContent-Length: 10\r\n\r\nhello");
        var live = server.Services.GetRequiredService<LiveUploads>();
        await TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == 5));

        var newer = method == "PATCH" ? IetfRequests.Append(upload, 5, true, "world") : IetfRequests.Plain(method, upload);
        using var answer = await newer.SendAsync(Client);
        using var stands = await IetfRequests.Head(upload).SendAsync(Client);

        Assert.Equal(method == "PATCH" ? 201 : 204, answer.Status());
        Assert.NotEqual(2, (await old.ReadAsync()).Status / 100);
        Assert.Equal(method == "DELETE" ? (404, null) : (204, method == "PATCH" ? "10" : "5"), (stands.Status(), stands.Header("Upload-Offset")));
    }

    [Fact]
    [Clause("ietf-create-8", "SHOULD", "A first request that is cut keeps what arrived, is not complete, and goes on at the address that 104 told.")]
    public async Task IETF_CREATE_8_a_first_request_that_is_cut_goes_on()
    {
        Uri upload;
        await using (var connection = new RawConnection(server.Port))
        {
            await connection.SendAsync(Head("8", "Content-Length: 10") + "hello");
            upload = new Uri((await connection.ReadAsync())["Location"]!, UriKind.Relative);
            connection.Cut();
        }

        using var stands = await IetfRequests.Head(upload).SendAsync(Client);
        var offset = (int)stands.Offset();
        Assert.Equal((204, false), (stands.Status(), stands.Completeness()));
        Assert.InRange(offset, 0, 5);
        Assert.Equal(201, await IetfRequests.Append(upload, offset, true, "helloworld"[offset..]).StatusAsync(Client));
        Assert.Equal(
            "936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af",
            (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    [Clause("ietf-create-9", "MUST", "A first request that falls silent is no success: what arrived is kept, and the upload is not complete.")]
    public async Task IETF_CREATE_9_a_first_request_that_falls_silent_is_no_success()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head(null, "Content-Length: 10") + "hello");

        var answer = await connection.ReadAsync();

        Assert.Equal((503, "?0"), (answer.Status, answer["Upload-Complete"]));
    }

    [Fact]
    [Clause("ietf-create-10", "MUST", "A chunked body without a length completes when its last chunk has come, and not before.")]
    public async Task IETF_CREATE_10_a_chunked_body_completes_with_its_last_chunk()
    {
        await using var whole = new RawConnection(server.Port);
        await whole.SendAsync(Head(null, "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
        var complete = await whole.ReadAsync();
        Uri upload;
        await using (var cut = new RawConnection(server.Port))
        {
            await cut.SendAsync(Head("9", "Transfer-Encoding: chunked") + "5\r\nhello\r\n");
            upload = new Uri((await cut.ReadAsync())["Location"]!, UriKind.Relative);
            cut.Cut();
        }

        using var open = await IetfRequests.Head(upload).SendAsync(Client);
        Assert.Equal((201, "?1", "5"), (complete.Status, complete["Upload-Complete"], complete["Upload-Offset"]));
        Assert.Equal((false, null), (open.Completeness(), open.Header("Upload-Length")));
    }

    [Fact]
    [Clause("ietf-append-6", "MUST", "A body that turns out to reach past the length is refused, and its upload is gone.")]
    public async Task IETF_APPEND_6_a_body_past_the_length_ends_the_upload()
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 4);
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(
            $"PATCH {upload.OriginalString} HTTP/1.1\r\nHost: localhost\r\nUpload-Draft-Interop-Version: 8\r\nUpload-Offset: 0\r\nUpload-Complete: ?1\r\n"
            + $"Content-Type: {IetfRequests.Partial}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");

        var answer = await connection.ReadAsync();

        Assert.Equal((400, "?0"), (answer.Status, answer["Upload-Complete"]));
        Assert.Equal(404, await IetfRequests.Head(upload).StatusAsync(Client));
    }

    private static string Head(string? version, string framing) =>
        "POST /uploads HTTP/1.1\r\nHost: localhost\r\nUpload-Complete: ?1\r\nContent-Type: text/plain\r\n"
        + (version is null ? "" : $"Upload-Draft-Interop-Version: {version}\r\n") + framing + "\r\n\r\n";
}
