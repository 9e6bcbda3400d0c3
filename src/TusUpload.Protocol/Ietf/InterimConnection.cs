using System.IO.Pipelines;
using System.Text;

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace TusUpload.Protocol.Ietf;

/// <summary>
/// Interim answers over HTTP/1.1, for which the web server has no interface: the connection's own output is kept with the connection, and a
/// request that has not begun to answer writes there. It is asked for at that moment, because under TLS what was there when the connection came
/// is the encrypted side.
/// </summary>
internal sealed class InterimConnection(ConnectionContext connection)
{
    /// <summary>
    /// Writes 104 with these headers. Only before the body is read and the answer begun: nobody else writes then. False when this request cannot
    /// carry interim answers.
    /// </summary>
    public static async ValueTask<bool> TryWriteAsync(HttpContext http, IEnumerable<(string Name, string Value)> headers)
    {
        if (!HttpProtocol.IsHttp11(http.Request.Protocol) || http.Response.HasStarted || http.Features.Get<InterimConnection>() is not { } interim)
        {
            return false;
        }

        var head = new StringBuilder("HTTP/1.1 104 Upload Resumption Supported\r\n");
        foreach (var (name, value) in headers)
        {
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        head.Append("\r\n");
        try
        {
            await interim.Output.WriteAsync(Encoding.ASCII.GetBytes(head.ToString()), http.RequestAborted);
        }
        catch (Exception trouble) when (trouble is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client has gone; the body will tell.
        }

        return true;
    }

    private PipeWriter Output => connection.Transport.Output;
}

/// <summary>Lets an endpoint of Kestrel send 104 (Upload Resumption Supported).</summary>
public static class InterimConnectionExtensions
{
    /// <summary>
    /// For <c>ConfigureEndpointDefaults</c>, or for an endpoint at any place before or after UseHttps. Without it uploads work as well; their clients
    /// only cannot resume a first request that was cut.
    /// </summary>
    public static ListenOptions UseUploadResumptionAnnouncements(this ListenOptions listen)
    {
        listen.Use(next => connection =>
        {
            connection.Features.Set(new InterimConnection(connection));
            return next(connection);
        });
        return listen;
    }
}
