using System.Net.Sockets;
using System.Text.Json;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

using Npgsql;

using TusUpload.Server.Api;

namespace TusUpload.UnitTests.Server.Api;

public sealed class ErrorEdgeTests
{
    private static readonly NpgsqlException Away = new("Failed to connect", new SocketException((int)SocketError.ConnectionRefused));

    [Fact]
    public async Task A_database_that_is_away_is_503_and_may_be_asked_again()
    {
        var http = await RunAsync(_ => throw new InvalidOperationException("query failed", Away));

        Assert.Equal(503, http.Response.StatusCode);
        Assert.Equal("1", http.Response.Headers.RetryAfter);
        Assert.Equal("temporarily_unavailable", CodeOf(http));
    }

    [Fact]
    public async Task Anything_else_is_500_and_tells_nothing()
    {
        var http = await RunAsync(_ => throw new InvalidOperationException("a secret"));

        Assert.Equal(500, http.Response.StatusCode);
        Assert.Equal("unexpected", CodeOf(http));
        Assert.DoesNotContain("secret", BodyOf(http), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, "not_found")]
    [InlineData(405, "method_not_allowed")]
    [InlineData(415, "unsupported_media_type")]
    [InlineData(400, "invalid_request")]
    public async Task A_bare_status_gets_its_document(int status, string code)
    {
        var http = await RunAsync(http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });

        Assert.Equal(status, http.Response.StatusCode);
        Assert.Equal("application/problem+json", http.Response.ContentType);
        Assert.Equal(code, CodeOf(http));
    }

    [Fact]
    public async Task An_answer_that_has_a_body_stays()
    {
        var http = await RunAsync(async http =>
        {
            http.Response.StatusCode = 409;
            http.Response.ContentType = "text/plain";
            await http.Response.WriteAsync("mine", http.RequestAborted);
        });

        Assert.Equal("mine", BodyOf(http));
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_keeps_its_status()
    {
        var http = await RunAsync(_ => throw new BadHttpRequestException("too big", 413));

        Assert.Equal(413, http.Response.StatusCode);
        Assert.Equal("body_too_large", CodeOf(http));
    }

    private static async Task<HttpContext> RunAsync(RequestDelegate next)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "GET";
        http.Response.Body = new MemoryStream();
        await new ErrorEdge(next, NullLogger<ErrorEdge>.Instance).InvokeAsync(http);
        return http;
    }

    private static string BodyOf(HttpContext http) => System.Text.Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray());

    private static string? CodeOf(HttpContext http) => JsonDocument.Parse(BodyOf(http)).RootElement.GetProperty("code").GetString();
}
