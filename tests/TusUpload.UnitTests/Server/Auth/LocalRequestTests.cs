using System.Net;

using Microsoft.AspNetCore.Http;

using TusUpload.Server.Auth;

namespace TusUpload.UnitTests.Server.Auth;

public sealed class LocalRequestTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost:8080", true)]
    [InlineData("::1", "::1", "[::1]:8080", true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", "127.0.0.1", true)]
    [InlineData("192.168.1.7", "192.168.1.2", "192.168.1.2", false)]
    [InlineData("192.168.1.7", "127.0.0.1", "localhost", false)]
    [InlineData("127.0.0.1", "192.168.1.2", "localhost", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "uploads.example.com", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost.example.com", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "127.0.0.1.example.com", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "", false)]
    [InlineData(null, null, "localhost", false)]
    public void A_request_is_local_when_both_ends_and_the_name_are(string? remote, string? local, string host, bool isLocal) =>
        Assert.Equal(isLocal, LocalRequest.IsLocal(Request(remote, local, host)));

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1", true)]
    [InlineData("X-Forwarded-For", "::1, 127.0.0.1", true)]
    [InlineData("X-Forwarded-For", "203.0.113.9", false)]
    [InlineData("X-Forwarded-For", "127.0.0.1, 203.0.113.9", false)]
    [InlineData("X-Forwarded-For", "unknown", false)]
    [InlineData("X-Real-IP", "203.0.113.9", false)]
    [InlineData("Forwarded", "for=203.0.113.9", false)]
    public void A_proxy_on_this_machine_makes_nobody_local(string header, string value, bool isLocal)
    {
        var http = Request("127.0.0.1", "127.0.0.1", "localhost");
        http.Request.Headers[header] = value;

        Assert.Equal(isLocal, LocalRequest.IsLocal(http));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("http://localhost:5173", false)]
    [InlineData("http://127.0.0.1:8080", false)]
    [InlineData("https://app.example.com", false)]
    [InlineData("https://evil.example.com", true)]
    [InlineData("http://localhost.evil.example.com", true)]
    [InlineData("null", true)]
    public void A_page_of_another_site_is_foreign_unless_it_is_named(string? origin, bool isForeign)
    {
        var request = Request("127.0.0.1", "127.0.0.1", "localhost").Request;
        request.Headers.Origin = origin;

        Assert.Equal(isForeign, LocalRequest.IsForeignPage(request, ["https://app.example.com"]));
    }

    private static DefaultHttpContext Request(string? remote, string? local, string host)
    {
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote);
        http.Connection.LocalIpAddress = local is null ? null : IPAddress.Parse(local);
        http.Request.Host = new HostString(host);
        return http;
    }
}
