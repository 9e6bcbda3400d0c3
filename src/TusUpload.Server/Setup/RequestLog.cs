namespace TusUpload.Server.Setup;

/// <summary>
/// One line per request: the route's pattern, never the address itself, which may hold what nobody should read in a log.
/// </summary>
internal sealed partial class RequestLog(RequestDelegate next, TimeProvider time, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            Log(http, time.GetElapsedTime(startedAt));
        }
    }

    private void Log(HttpContext http, TimeSpan elapsed)
    {
        var (endpoint, status) = (http.GetEndpoint(), http.Response.StatusCode);
        var level = LevelOf(status, endpoint);
        if (logger.IsEnabled(level))
        {
            var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/') ?? "(none)";
            var method = MethodOf(http.Request.Method);
            LogRequest(level, method, route, status, elapsed.TotalMilliseconds, http.TraceIdentifier);
        }
    }

    private static LogLevel LevelOf(int status, Endpoint? endpoint) =>
        status >= 500 ? LogLevel.Warning
        : endpoint?.Metadata.GetMetadata<QuietRequests>() is not null ? LogLevel.Debug
        : LogLevel.Information;

    // Whatever a client calls its method, the log only knows the real ones.
    private static string MethodOf(string method) =>
        HttpMethods.GetCanonicalizedValue(method) is { Length: <= 7 } known && known.All(char.IsAsciiLetterUpper) ? known : "OTHER";

    [LoggerMessage(EventId = 5200, Message = "{Method} {Route} answered {Status} in {Elapsed:0.0} ms ({RequestId})")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, double elapsed, string requestId);
}

/// <summary>Metadata of endpoints that are asked all the time by machines: their requests are logged at Debug.</summary>
internal sealed class QuietRequests;
