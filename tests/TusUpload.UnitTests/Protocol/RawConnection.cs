using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace TusUpload.UnitTests.Protocol;

/// <summary>HTTP/1.1 letter by letter, for what a client library would not send or not show.</summary>
internal sealed class RawConnection : IAsyncDisposable
{
    private readonly TcpClient _client;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _filled;

    private Stream _stream;

    public RawConnection(int port)
    {
        _client = new TcpClient("127.0.0.1", port) { NoDelay = true };
        _stream = _client.GetStream();
    }

    /// <summary>Over TLS, to the server that has this certificate.</summary>
    public static async Task<RawConnection> OverTlsAsync(int port, X509Certificate certificate)
    {
        var connection = new RawConnection(port);
        var tls = new SslStream(connection._stream, leaveInnerStreamOpen: false, (_, given, _, _) => certificate.Equals(given));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost" }, TestContext.Current.CancellationToken);
        connection._stream = tls;
        return connection;
    }

    public async Task SendAsync(string text) => await SendAsync(Encoding.ASCII.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    public async Task<RawAnswer> ReadAsync(bool isHead = false)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        int end;
        while ((end = Text.IndexOf("\r\n\r\n", StringComparison.Ordinal)) < 0)
        {
            await FillAsync(deadline.Token);
        }

        var lines = Text[..end].Split("\r\n");
        var answer = new RawAnswer(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), lines[1..]);
        var length = isHead ? 0 : int.Parse(answer["Content-Length"] ?? "0", CultureInfo.InvariantCulture);
        var total = end + 4 + length;
        while (_filled < total)
        {
            await FillAsync(deadline.Token);
        }

        answer.Body = Text[(end + 4)..total];
        _buffer.AsSpan(total, _filled - total).CopyTo(_buffer);
        _filled -= total;
        return answer;
    }

    /// <summary>True when the server has closed the connection, cleanly or not, with nothing more to read.</summary>
    public async Task<bool> IsClosedAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            return _filled == 0 && await _stream.ReadAsync(_buffer, deadline.Token) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Says that nothing more will be sent; the other direction stays open.</summary>
    public void FinishSending() => _client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Everything that comes until the server closes the connection, cleanly or not.</summary>
    public async Task<string> ReadAllAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        try
        {
            while (await _client.GetStream().ReadAsync(_buffer, deadline.Token) is > 0 and var read)
            {
                text.Append(Encoding.Latin1.GetString(_buffer, 0, read));
            }
        }
        catch (Exception reset) when (reset is IOException or InvalidOperationException)
        {
            // The server has said what it had to say.
        }

        return text.ToString();
    }

    /// <summary>Ends the connection by a reset, as a phone that changes networks seems to.</summary>
    public void Cut()
    {
        _client.LingerState = new LingerOption(enable: true, 0);
        _client.Close();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private string Text => Encoding.Latin1.GetString(_buffer, 0, _filled);

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var read = await _stream.ReadAsync(_buffer.AsMemory(_filled), cancellationToken);
        Assert.True(read > 0, "The connection was closed before the answer was whole: " + Text);
        _filled += read;
    }
}

internal sealed class RawAnswer(int status, string[] lines)
{
    public int Status => status;

    public string Body { get; set; } = "";

    public string? Code => Body.Length == 0 ? null : JsonDocument.Parse(Body).RootElement.GetProperty("code").GetString();

    public string? this[string name] =>
        lines.FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim();
}
