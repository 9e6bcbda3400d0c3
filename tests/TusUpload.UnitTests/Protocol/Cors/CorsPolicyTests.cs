using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using TusUpload.Protocol;

namespace TusUpload.UnitTests.Protocol.Cors;

public sealed class CorsPolicyTests
{
    private const string Origin = "Origin: https://app.example.com";

    [Fact]
    public async Task A_preflight_allows_what_the_protocols_send()
    {
        await using var server = await TusServer.StartAsync();

        var answer = await server.SendAsync(
            "OPTIONS", $"/uploads/{Guid.CreateVersion7()}", "", Origin, "Access-Control-Request-Method: PATCH",
            "Access-Control-Request-Headers: tus-resumable");

        Assert.Equal(204, answer.Status);
        Assert.Equal("https://app.example.com", answer["Access-Control-Allow-Origin"]);
        Assert.Null(answer["Access-Control-Allow-Credentials"]);
        Assert.Equal("Origin", answer["Vary"]);
        Assert.Equal("86400", answer["Access-Control-Max-Age"]);
        Assert.Contains("PATCH", answer["Access-Control-Allow-Methods"], StringComparison.Ordinal);
        foreach (var name in (string[])
        [
            "Authorization", "Idempotency-Key", "X-Request-ID", "X-HTTP-Method-Override", "Content-Type", "X-Requested-With",
            "Tus-Resumable", "Upload-Offset", "Upload-Length", "Upload-Defer-Length", "Upload-Metadata", "Upload-Complete",
            "Upload-Draft-Interop-Version",
        ])
        {
            Assert.Contains(name, answer["Access-Control-Allow-Headers"]!.Split(", "));
        }
    }

    [Fact]
    public async Task Refusals_expose_their_headers_too()
    {
        await using var server = await TusServer.StartAsync();

        var answer = await server.SendAsync("PATCH", "/uploads/x", "", Origin);

        Assert.Equal((412, "https://app.example.com"), (answer.Status, answer["Access-Control-Allow-Origin"]));
        foreach (var name in (string[])
        [
            "Location", "Upload-Offset", "Upload-Length", "Upload-Metadata", "Upload-Defer-Length", "Upload-Expires",
            "Tus-Resumable", "Tus-Version", "Tus-Extension", "Tus-Max-Size", "Retry-After", "Upload-Limit", "Upload-Complete",
        ])
        {
            Assert.Contains(name, answer["Access-Control-Expose-Headers"]!.Split(", "));
        }
    }

    [Fact]
    public async Task Only_listed_origins_are_echoed_and_may_bring_credentials()
    {
        await using var server = await TusServer.StartAsync(options =>
        {
            options.Cors.AllowedOrigins = ["https://app.example.com"];
            options.Cors.AllowCredentials = true;
        });

        var listed = await server.SendAsync("OPTIONS", "/uploads", "", Origin);
        var other = await server.SendAsync(
            "OPTIONS", "/uploads", "", "Origin: https://evil.example.com", "Access-Control-Request-Method: POST");
        var none = await server.SendAsync("OPTIONS", "/uploads", "");

        Assert.Equal(
            ("https://app.example.com", "true"), (listed["Access-Control-Allow-Origin"], listed["Access-Control-Allow-Credentials"]));
        Assert.Equal((204, null, null), (other.Status, other["Access-Control-Allow-Origin"], other["Access-Control-Allow-Methods"]));
        Assert.Equal("Origin", other["Vary"]);
        Assert.Null(none["Access-Control-Allow-Origin"]);
    }

    [Fact]
    public async Task What_other_middleware_answers_can_be_read_by_clients_and_pages()
    {
        await using var server = await TusServer.StartAsync(pipeline: app =>
        {
            app.UseRouting();
            app.UseTusCors();
            app.Use((HttpContext http, RequestDelegate _) =>
            {
                http.Response.StatusCode = 401;
                return Task.CompletedTask;
            });
            app.MapTus();
        });

        var answer = await server.SendAsync("POST", "/uploads", "", Origin);

        Assert.Equal((401, "https://app.example.com"), (answer.Status, answer["Access-Control-Allow-Origin"]));
        Assert.Equal(("1.0.0", "no-store"), (answer["Tus-Resumable"], answer["Cache-Control"]));
    }
}
