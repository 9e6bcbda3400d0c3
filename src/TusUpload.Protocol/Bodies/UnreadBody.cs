using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using TusUpload.Protocol.Headers;

namespace TusUpload.Protocol.Bodies;

/// <summary>
/// What becomes of the bytes that a refused client still sends over HTTP/1.1. A small rest is left to the server, which reads it and keeps
/// the connection. Otherwise the connection ends, and sooner than after the five seconds for which the server would go on reading. But
/// closing it with bytes unread resets it, and a reset can overtake the answer: so the answer goes first, and what comes within a moment is
/// thrown away.
/// </summary>
internal static class UnreadBody
{
    private const long SmallRest = 64 * 1024;

    // A page reads an early answer only when it has sent everything or the connection has ended, and all that it sends until then is in vain:
    // at 8 MiB/s a second costs 8 MB of each 409, a tenth of it 0.9. A client that must stop for good has to see why, so there it is a second.
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortLinger = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Says in the answer that the connection ends, where it has to. True when bytes are left that <see cref="LeaveAsync"/> has to see to.
    /// </summary>
    public static bool MarkClosing(HttpContext http, TusBody? body, bool draining)
    {
        if (!HttpProtocol.IsHttp11(http.Request.Protocol) && !HttpProtocol.IsHttp10(http.Request.Protocol))
        {
            return false;
        }

        var leaves = IsExpected(http) && body?.End != BodyEnd.Completed && !IsSmall(http, body);
        if (leaves || draining)
        {
            http.Response.Headers.Connection = TusHeaders.Close;
        }

        return leaves;
    }

    /// <summary>
    /// Sends the answer off, reads for a moment what is under way, and ends the connection. After the answer, reading asks no client to go
    /// on that waits for 100 Continue.
    /// </summary>
    public static async Task LeaveAsync(HttpContext http, TimeProvider time)
    {
        // Also for a body that was refused before it was opened: over the web server's size cap, the first read would fail.
        BodyLimits.Lift(http);
        using var moment = new CancellationTokenSource(ComesBack(http.Response.StatusCode) ? ShortLinger : Linger, time);
        var reader = http.Request.BodyReader;
        try
        {
            await http.Response.CompleteAsync();
            while (true)
            {
                var read = await reader.ReadAsync(moment.Token);
                reader.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception trouble) when (trouble is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The moment has passed, or the client has gone: both are what this waits for. A read that a reset ended leaves the web server's
            // reader as if it still read, and it says so to the next one (InvalidOperationException).
            http.Abort();
        }
    }

    public static bool IsExpected(HttpContext http) =>
        http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? http.Request.ContentLength > 0;

    /// <summary>Whether the client goes on from here, with the answer or, where it is lost, without: it asks where the upload is.</summary>
    private static bool ComesBack(int status) => status is < 400 or 409 or 423 or >= 500;

    private static bool IsSmall(HttpContext http, TusBody? body) =>
        body?.End is null or BodyEnd.None or BodyEnd.TooLong
        && http.Request.Headers.Expect.Count == 0
        && http.Request.ContentLength - (body?.Received ?? 0) <= SmallRest;
}
