using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Extensions;

[Collection<OverHttp1>]
public sealed class ChecksumTrailerTestsOverHttp1(Http1Server server) : ChecksumTrailerTests(server)
{
    private readonly HttpClient _client = server.Http;

    [Fact]
    [Clause(
        "checksum-trailer-7", "MUST",
        "Trailers of HTTP/1.1 come with chunked bodies only; one announced for another body is answered 400, and nothing is kept.")]
    public async Task CHECKSUM_TRAILER_7_only_chunked_bodies_have_trailers()
    {
        var upload = await _client.CreateAsync(10);
        await using var connection = new RawConnection(Port);
        await connection.SendAsync(
            $"PATCH {upload.OriginalString} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nTrailer: Upload-Checksum\r\n"
            + $"Content-Type: {TusRequest.Bytes}\r\nContent-Length: 5\r\n\r\nhello");

        Assert.Equal(400, (await connection.ReadAsync()).Status);
        Assert.Equal(0, await _client.OffsetAsync(upload));
    }

    protected override async Task<int> SendAsync(
        string method, string path, string body, (string Name, string Value)[] headers, (string Name, string Value)? trailer)
    {
        await using var connection = new RawConnection(Port);
        return await connection.SendChunkedAsync(method, path, body, headers, trailer);
    }
}

[Collection<OverHttp2>]
public sealed class ChecksumTrailerTestsOverHttp2(Http2Server server) : ChecksumTrailerTests(server)
{
    protected override async Task<int> SendAsync(
        string method, string path, string body, (string Name, string Value)[] headers, (string Name, string Value)? trailer)
    {
        await using var connection = new RawHttp2(Port);
        return await connection.SendAsync(
            [(":method", method), (":scheme", "http"), (":authority", "localhost"), (":path", path), .. headers],
            body,
            trailer is { } last ? [last] : null);
    }
}

/// <summary>HTTP/1.1 over TLS, through a proxy.</summary>
public abstract class ChecksumTrailerTestsThroughProxy(ProxyServer server) : ChecksumTrailerTests(server)
{
    protected override async Task<int> SendAsync(
        string method, string path, string body, (string Name, string Value)[] headers, (string Name, string Value)? trailer)
    {
        await using var connection = await server.ConnectAsync();
        return await connection.SendChunkedAsync(method, new Uri(server.Http.BaseAddress!, path).PathAndQuery, body, headers, trailer);
    }
}

[Collection<ThroughNginx>]
public sealed class ChecksumTrailerTestsThroughNginx(NginxServer server) : ChecksumTrailerTestsThroughProxy(server);

[Collection<ThroughHAProxy>]
public sealed class ChecksumTrailerTestsThroughHAProxy(HAProxyServer server) : ChecksumTrailerTestsThroughProxy(server);

[Collection<ThroughCaddy>]
public sealed class ChecksumTrailerTestsThroughCaddy(CaddyServer server) : ChecksumTrailerTestsThroughProxy(server);
