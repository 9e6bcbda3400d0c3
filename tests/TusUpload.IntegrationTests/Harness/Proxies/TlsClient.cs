using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace TusUpload.IntegrationTests.Harness.Proxies;

/// <summary>Clients that speak TLS with somebody on this machine whose certificate nobody signed.</summary>
public static class TlsClient
{
    /// <summary>A client that speaks one version of HTTP, also where a request says of itself that it is of another.</summary>
    public static HttpClient To(Uri address, Version version, TestCertificate certificate) =>
        new(new OneVersion(version, Handler(address.Port, certificate))) { BaseAddress = address };

    public static SocketsHttpHandler Handler(int port, TestCertificate certificate) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ConnectCallback = async (_, cancellationToken) => new NetworkStream(await ConnectAsync(port, cancellationToken), ownsSocket: true),
        SslOptions = { RemoteCertificateValidationCallback = (_, shown, _, _) => certificate.IsMine(shown) },
    };

    /// <summary>A connection for HTTP/1.1 letter by letter. Disposing of it cuts it.</summary>
    public static async Task<SslStream> OpenAsync(int port, TestCertificate certificate, CancellationToken cancellationToken)
    {
        var socket = await ConnectAsync(port, cancellationToken);
        var stream = new SslStream(
            new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false, (_, shown, _, _) => certificate.IsMine(shown));
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http11] },
            cancellationToken);
        return stream;
    }

    private static async Task<Socket> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class OneVersion(Version version, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            (request.Version, request.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
