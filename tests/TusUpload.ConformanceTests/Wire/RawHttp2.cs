using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>One request over HTTP/2 frame by frame, for trailers, which the client library does not send.</summary>
internal sealed class RawHttp2(int port) : IAsyncDisposable
{
    private const byte Data = 0;
    private const byte Headers = 1;
    private const byte Settings = 4;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;

    private readonly TcpClient _client = new("127.0.0.1", port);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The status of the answer. The body ends with its trailers, or with its last frame where there are none.</summary>
    public async Task<int> SendAsync((string Name, string Value)[] headers, string body, (string Name, string Value)[]? trailers)
    {
        var stream = _client.GetStream();
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Ct);
        await WriteAsync(Settings, 0, 0, []);
        await WriteAsync(Headers, EndHeaders, 1, Literals(headers));
        await WriteAsync(Data, trailers is null ? EndStream : (byte)0, 1, Encoding.Latin1.GetBytes(body));
        if (trailers is not null)
        {
            await WriteAsync(Headers, EndHeaders | EndStream, 1, Literals(trailers));
        }

        while (true)
        {
            var head = new byte[9];
            await stream.ReadExactlyAsync(head, Ct);
            var payload = new byte[(head[0] << 16) | (head[1] << 8) | head[2]];
            await stream.ReadExactlyAsync(payload, Ct);
            if (head[3] == Headers)
            {
                return Status(payload);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task WriteAsync(byte type, byte flags, int streamId, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 8), (byte)payload.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), streamId);
        payload.CopyTo(frame, 9);
        await _client.GetStream().WriteAsync(frame, Ct);
    }

    /// <summary>RFC 7541, 6.2.2: names and values as they are.</summary>
    private static byte[] Literals((string Name, string Value)[] headers) =>
        [.. headers.SelectMany(header => (byte[])[0, .. Text(header.Name.ToLowerInvariant()), .. Text(header.Value)])];

    /// <summary>A length of seven bits, longer ones in two bytes.</summary>
    private static byte[] Text(string text) => text.Length < 127
        ? [(byte)text.Length, .. Encoding.Latin1.GetBytes(text)]
        : [127, (byte)(text.Length - 127), .. Encoding.Latin1.GetBytes(text)];

    /// <summary>The status comes first: an entry of the static table (RFC 7541, appendix A), or three digits under the table's name.</summary>
    private static int Status(byte[] block) => block[0] switch
    {
        0x88 => 200,
        0x89 => 204,
        0x8c => 400,
        0x8d => 404,
        0x8e => 500,
        _ => int.Parse(Encoding.Latin1.GetString(block, 2, 3), CultureInfo.InvariantCulture),
    };
}
