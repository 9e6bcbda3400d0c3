using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

using TusUpload.Server.Setup;

namespace TusUpload.UnitTests.Server.Setup;

public sealed class RequestLogTests
{
    [Fact]
    public async Task A_line_has_the_routes_pattern_and_nothing_of_the_address()
    {
        var log = new Lines();

        await RunAsync(log, 200, "/api/v1/files/{id}");

        Assert.Equal((LogLevel.Information, "GET /api/v1/files/{id} answered 200 in 0.0 ms (the-id)"), Assert.Single(log.Kept));
    }

    [Fact]
    public async Task A_request_without_a_route_does_not_show_what_was_asked()
    {
        var log = new Lines();

        await RunAsync(log, 404, pattern: null, method: "SECRET-METHOD");

        Assert.Equal((LogLevel.Information, "OTHER (none) answered 404 in 0.0 ms (the-id)"), Assert.Single(log.Kept));
    }

    [Fact]
    public async Task Failures_stand_out_and_probes_do_not()
    {
        var log = new Lines();

        await RunAsync(log, 500, "/a");
        await RunAsync(log, 200, "/b", metadata: new QuietRequests());

        Assert.Equal([LogLevel.Warning, LogLevel.Debug], log.Kept.Select(line => line.Level));
    }

    private static Task RunAsync(Lines log, int status, string? pattern, string method = "GET", params object[] metadata)
    {
        var http = new DefaultHttpContext { TraceIdentifier = "the-id" };
        http.Request.Method = method;
        http.Request.Path = "/api/v1/files/secret";
        http.Request.QueryString = new QueryString("?name=secret");
        return new RequestLog(
            context =>
            {
                context.Response.StatusCode = status;
                if (pattern is not null)
                {
                    context.SetEndpoint(new RouteEndpoint(
                        _ => Task.CompletedTask, RoutePatternFactory.Parse(pattern), 0, new EndpointMetadataCollection(metadata), null));
                }

                return Task.CompletedTask;
            },
            new FakeTimeProvider(),
            log).InvokeAsync(http);
    }

    private sealed class Lines : ILogger<RequestLog>
    {
        public List<(LogLevel Level, string Text)> Kept { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Kept.Add((logLevel, formatter(state, exception)));
    }
}
