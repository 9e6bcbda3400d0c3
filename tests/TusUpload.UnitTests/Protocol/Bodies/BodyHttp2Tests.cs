using System.Net;
using System.Net.Http.Headers;

using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TusUpload.UnitTests.Protocol.Bodies;

/// <summary>The same over HTTP/2, where a request is a stream and no connection has to end.</summary>
public sealed class BodyHttp2Tests
{
    [Fact]
    public async Task Bytes_are_appended()
    {
        await using var server = await TusServer.StartAsync(protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        var id = server.Store.Add(10);

        using var answer = await client.SendAsync(Patch(server, id, new StringContent("hello")), TusServer.Ct);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal("5", answer.Headers.GetValues("Upload-Offset").Single());
    }

    [Fact]
    public async Task A_silent_client_is_answered_while_its_body_is_open()
    {
        await using var server = await TusServer.StartAsync(protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        var id = server.Store.Add(10);
        using var body = new OpenContent();

        var sending = client.SendAsync(Patch(server, id, body), TusServer.Ct);
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 5);
        await server.AdvanceUntilAsync(() => sending.IsCompleted);
        using var answer = await sending;

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("5", answer.Headers.GetValues("Upload-Offset").Single());
        Assert.False(answer.Headers.ConnectionClose ?? false);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_stream_that_is_reset_keeps_what_arrived()
    {
        await using var server = await TusServer.StartAsync(protocols: HttpProtocols.Http2);
        using var client = new HttpClient();
        var id = server.Store.Add(10);
        using var body = new OpenContent();
        using var cut = new CancellationTokenSource();

        var sending = client.SendAsync(Patch(server, id, body), cut.Token);
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 5);
        await cut.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await TusServer.EventuallyAsync(() => server.Watch.Count == 0);

        Assert.Equal(5, server.Store.OffsetOf(id));
        Assert.Empty(server.Log.Errors);
    }

    private static HttpRequestMessage Patch(TusServer server, Guid id, HttpContent body)
    {
        body.Headers.ContentType = new MediaTypeHeaderValue("application/offset+octet-stream");
        return new HttpRequestMessage(HttpMethod.Patch, $"http://127.0.0.1:{server.Port}/uploads/{id}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Offset", "0" } },
            Content = body,
        };
    }

    /// <summary>Sends five bytes and then nothing, without an end.</summary>
    private sealed class OpenContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, TusServer.Ct);

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync("hello"u8.ToArray(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
