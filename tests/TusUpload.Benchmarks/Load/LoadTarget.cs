using System.Globalization;
using System.Net;
using System.Text;

namespace TusUpload.Benchmarks.Load;

/// <summary>The server under load and how it is spoken to.</summary>
/// <param name="Path">Where uploads are made.</param>
/// <param name="Metadata">Upload-Metadata of every upload besides its name; null: none.</param>
/// <param name="IsPut">Plain PUT of whole files instead of tus.</param>
internal sealed record LoadTarget(IPEndPoint Server, string Path, string? Metadata, bool IsPut)
{
    private int _next;

    public HttpLine Connect() => new(Server);

    /// <summary>Makes an upload and gives its path.</summary>
    public string Create(HttpLine line, long size)
    {
        line.Send(Encoding.ASCII.GetBytes(HeadOfCreation(size, "Content-Length: 0\r\n")));
        var answer = line.Receive(hasBody: true);
        return answer is { Status: 201, Location: { } location } ? PathOf(location) : throw new InvalidDataException($"POST was answered {answer.Status}.");
    }

    /// <summary>The head of a POST of a whole upload, or of a PUT.</summary>
    public string HeadOfWhole(long size)
    {
        var length = size.ToString(CultureInfo.InvariantCulture);
        return IsPut
            ? $"PUT {Path}/{Name()} HTTP/1.1\r\nHost: {Server}\r\nContent-Length: {length}\r\n\r\n"
            : HeadOfCreation(size, $"Content-Type: application/offset+octet-stream\r\nContent-Length: {length}\r\n");
    }

    public string HeadOfPatch(string path, long offset, long length) => string.Create(CultureInfo.InvariantCulture,
        $"PATCH {path} HTTP/1.1\r\nHost: {Server}\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: {offset}\r\nContent-Length: {length}\r\n\r\n");

    public string HeadOfHead(string path) => $"HEAD {path} HTTP/1.1\r\nHost: {Server}\r\nTus-Resumable: 1.0.0\r\n\r\n";

    private string HeadOfCreation(long size, string more)
    {
        var name = Convert.ToBase64String(Encoding.ASCII.GetBytes(Name()));
        return $"POST {Path} HTTP/1.1\r\nHost: {Server}\r\nTus-Resumable: 1.0.0\r\nUpload-Length: {size.ToString(CultureInfo.InvariantCulture)}\r\n"
            + $"Upload-Metadata: filename {name}{(Metadata is null ? "" : $",{Metadata}")}\r\n{more}\r\n";
    }

    private string Name() => $"load-{Environment.ProcessId}-{Interlocked.Increment(ref _next)}.bin";

    private static string PathOf(string location) => Uri.TryCreate(location, UriKind.Absolute, out var full) && full.Scheme.StartsWith("http", StringComparison.Ordinal)
        ? full.PathAndQuery
        : location;
}
