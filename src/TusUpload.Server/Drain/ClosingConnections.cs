using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Net.Http.Headers;

namespace TusUpload.Server.Drain;

/// <summary>Once the process stops, every answer ends its connection, so that the client's next request goes to another node.</summary>
internal sealed class ClosingConnections(RequestDelegate next, IHostApplicationLifetime lifetime)
{
    private const string Close = "close";

    public Task InvokeAsync(HttpContext http)
    {
        // What began before is ended by the web server itself when it stops.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            if (HttpProtocol.IsHttp2(http.Request.Protocol))
            {
                http.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            }
            else
            {
                http.Response.Headers[HeaderNames.Connection] = Close;
            }
        }

        return next(http);
    }
}
