using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TusUpload.Benchmarks.Load;

/// <summary>
/// One connection that asks and waits for the answer. Blocking, without a client library: what a load costs here is taken from the server beside it.
/// </summary>
internal sealed class HttpLine : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _received = new byte[64 * 1024];
    private int _start;
    private int _end;

    public HttpLine(IPEndPoint server) => _socket.Connect(server);

    /// <summary>Sends a head and, after it, bytes that are in memory.</summary>
    public void Send(ReadOnlySpan<byte> headAndBody)
    {
        while (headAndBody.Length > 0)
        {
            headAndBody = headAndBody[_socket.Send(headAndBody)..];
        }
    }

    /// <summary>Sends a whole file without a copy through this process.</summary>
    public void Send(string file) => _socket.SendFile(file);

    /// <summary>The next answer; its body is read and thrown away.</summary>
    public Answer Receive(bool hasBody)
    {
        var head = FindEnd("\r\n\r\n"u8);
        var answer = Answer.Read(_received.AsSpan(_start, head));
        _start += head + 4;
        if (!hasBody || answer.Status is 204 or 304)
        {
            return answer;
        }

        Skip(answer.ContentLength);
        for (var left = answer.IsChunked ? 1L : 0; left > 0;)
        {
            // A chunk's length in hexadecimal digits, the chunk, the end of its line; the last one is empty.
            var line = FindEnd("\r\n"u8);
            left = long.Parse(_received.AsSpan(_start, line), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            _start += line + 2;
            Skip(left + 2);
        }

        return answer;
    }

    private int FindEnd(ReadOnlySpan<byte> mark)
    {
        int end;
        while ((end = _received.AsSpan(_start, _end - _start).IndexOf(mark)) < 0)
        {
            Fill();
        }

        return end;
    }

    private void Skip(long bytes)
    {
        while (bytes > 0)
        {
            if (_start == _end)
            {
                Fill();
            }

            var taken = (int)Math.Min(bytes, _end - _start);
            (_start, bytes) = (_start + taken, bytes - taken);
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Fill()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_end == _received.Length)
        {
            _received.AsSpan(_start, _end - _start).CopyTo(_received);
            (_start, _end) = (0, _end - _start);
        }

        var read = _socket.Receive(_received.AsSpan(_end));
        _end += read > 0 ? read : throw new IOException("The server has ended the connection.");
    }
}

/// <summary>What of an answer counts here.</summary>
/// <param name="Location">As it was sent; null: none.</param>
/// <param name="Offset">Upload-Offset; -1: none.</param>
internal readonly record struct Answer(int Status, string? Location, long Offset, long ContentLength, bool IsChunked)
{
    public static Answer Read(ReadOnlySpan<byte> head)
    {
        var (location, offset, length, isChunked) = (default(string), -1L, 0L, false);
        foreach (var range in head.Split("\r\n"u8))
        {
            var line = head[range];
            if (line.IndexOf((byte)':') is var colon and > 0)
            {
                var name = line[..colon];
                var value = line[(colon + 1)..].Trim((byte)' ');
                if (Is(name, "location"))
                {
                    location = Encoding.ASCII.GetString(value);
                }
                else if (Is(name, "upload-offset"))
                {
                    offset = long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
                }
                else if (Is(name, "transfer-encoding"))
                {
                    isChunked = true;
                }
                else if (Is(name, "content-length"))
                {
                    length = long.Parse(value, NumberStyles.None, CultureInfo.InvariantCulture);
                }
            }
        }

        return new(int.Parse(head.Slice(9, 3), CultureInfo.InvariantCulture), location, offset, length, isChunked);
    }

    private static bool Is(ReadOnlySpan<byte> name, string known) => Ascii.EqualsIgnoreCase(name, known);
}
