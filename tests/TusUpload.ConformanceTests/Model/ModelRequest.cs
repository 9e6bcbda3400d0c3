using System.Globalization;
using System.Net.Sockets;
using System.Text;

using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Model;

/// <summary>A request on a connection of its own, to the letter.</summary>
internal sealed class ModelRequest(string method, string path)
{
    private readonly List<string> _lines = ["Host: localhost"];
    private byte[] _body = [];
    private bool _chunked;

    public ModelRequest With(string header, string? value)
    {
        if (value is not null)
        {
            _lines.Add($"{header}: {value}");
        }

        return this;
    }

    public ModelRequest Body(byte[] body, Framing framing)
    {
        (_body, _chunked) = (body, framing == Framing.Chunked);
        return With(_chunked ? "Transfer-Encoding" : "Content-Length", _chunked ? "chunked" : body.Length.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Sends it whole and reads the answer.</summary>
    public async Task<RawAnswer> SendAsync(int port)
    {
        await using var connection = new RawConnection(port);
        var sending = SendAsync(connection, _body.Length, end: true);
        var answer = await connection.ReadAsync(isHead: method == "HEAD");
        await sending;
        return answer;
    }

    /// <summary>Sends the head and the first <paramref name="size"/> bytes of the body, and cuts the connection.</summary>
    public async Task CutAsync(int port, int size)
    {
        await using var connection = new RawConnection(port);
        await SendAsync(connection, size, end: false);
        if (size % 2 == 0)
        {
            connection.Cut();
        }
    }

    private async Task SendAsync(RawConnection connection, int size, bool end)
    {
        try
        {
            await connection.SendAsync($"{method} {path} HTTP/1.1\r\n{string.Join("\r\n", _lines)}\r\n\r\n");
            for (var sent = 0; sent < size;)
            {
                var piece = _body.AsMemory(sent, Math.Min(16_384, size - sent));
                await connection.SendAsync(_chunked ? Chunk(piece) : piece);
                sent += piece.Length;
            }

            if (_chunked && end)
            {
                await connection.SendAsync("0\r\n\r\n");
            }
        }
        catch (Exception refused) when (refused is IOException or SocketException)
        {
            // The server has answered before it had everything, as it may.
        }
    }

    private static byte[] Chunk(ReadOnlyMemory<byte> piece) =>
        [.. Encoding.ASCII.GetBytes(piece.Length.ToString("x", CultureInfo.InvariantCulture) + "\r\n"), .. piece.Span, (byte)'\r', (byte)'\n'];
}
