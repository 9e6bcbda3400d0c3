using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Wire;

/// <summary>Bodies of untold length, with what may come after them.</summary>
internal static class ChunkedBodies
{
    /// <summary>Sends the body in one chunk, and a trailer after it; the status.</summary>
    public static async Task<int> SendChunkedAsync(
        this RawConnection connection,
        string method,
        string path,
        string body,
        (string Name, string Value)[] headers,
        (string Name, string Value)? trailer)
    {
        var lines = string.Concat(headers.Select(header => $"{header.Name}: {header.Value}\r\n"));
        await connection.SendAsync($"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{lines}Transfer-Encoding: chunked\r\n\r\n");
        var chunk = body.Length == 0 ? "" : $"{body.Length:x}\r\n{body}\r\n";
        await connection.SendAsync($"{chunk}0\r\n" + (trailer is { } last ? $"{last.Name}: {last.Value}\r\n" : "") + "\r\n");
        return (await connection.ReadAsync()).Status;
    }
}
