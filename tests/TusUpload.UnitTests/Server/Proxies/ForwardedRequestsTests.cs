using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using TusUpload.Protocol;
using TusUpload.Server.Auth;
using TusUpload.Server.Proxies;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.UnitTests.Server.Proxies;

public sealed class ForwardedRequestsTests
{
    private const string Proxy = "10.0.0.5";

    [Theory]
    [InlineData("https://up.example:8443", "/files", "X-Forwarded-Proto: https", "X-Forwarded-Host: up.example:8443",
        "X-Forwarded-Prefix: /files")]
    [InlineData("https://up.example", "", "X-Forwarded-Proto: https", "X-Forwarded-Host: up.example")]
    [InlineData("http://server", "", "X-Forwarded-Proto: http", "X-Forwarded-Host: server")]
    [InlineData("https://up.example", "", "X-Forwarded-Proto: http, https", "X-Forwarded-Host: evil.example, up.example")]
    [InlineData(null, "/files", "X-Forwarded-Prefix: /files")]
    [InlineData(null, "", "X-Forwarded-Proto: https")]
    [InlineData(null, "", "X-Forwarded-Host: up.example")]
    [InlineData(null, "", "X-Forwarded-Proto: https", "X-Forwarded-Host: up example")]
    [InlineData(null, "")]
    public void A_known_proxy_tells_the_address_by_its_scheme_and_host_together(string? origin, string prefix, params string[] headers)
    {
        var http = Pass(Settings(("Proxies:Known:0", Proxy)), Proxy, headers);

        Assert.Equal((origin, prefix), (http.Features.Get<PublicOrigin>()?.Value, http.Request.PathBase.Value));
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", true)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("10.0.0.1/8", "10.1.2.3", true)]
    [InlineData("10.1.2.3", "10.1.2.3", true)]
    [InlineData("fd00::/8", "fd00::7", true)]
    [InlineData("::1", "::1", true)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    [InlineData("10.0.0.0/8", "11.1.2.3", false)]
    [InlineData("10.1.2.3", "10.1.2.4", false)]
    [InlineData("::1", "127.0.0.1", false)]
    [InlineData("10.0.0.0/8", null, false)]
    [InlineData(null, "127.0.0.1", false)]
    public void Only_addresses_that_the_settings_name_are_believed(string? known, string? peer, bool isKnown)
    {
        var settings = known is null ? Settings() : Settings(("Proxies:Known:0", known));

        var http = Pass(
            settings, peer, "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: up.example", "X-Forwarded-Prefix: /p");

        Assert.Equal(isKnown, http.Connection.RemoteIpAddress?.ToString() == "203.0.113.9");
        Assert.Equal(
            isKnown ? ("https", "up.example", "/p") : ("http", "server", ""),
            (http.Request.Scheme, http.Request.Host.Value, http.Request.PathBase.Value));
        Assert.Equal(isKnown, http.Features.Get<PublicOrigin>() is not null);
    }

    [Theory]
    [InlineData(1, "127.0.0.1", "127.0.0.1", true)]
    [InlineData(1, "127.0.0.1", "203.0.113.9", false)]
    [InlineData(1, "127.0.0.1", "127.0.0.1, 203.0.113.9", false)]
    [InlineData(1, "127.0.0.1", "203.0.113.9, 127.0.0.1", false)]
    [InlineData(1, "127.0.0.1", "unknown", false)]
    [InlineData(2, "127.0.0.1", "127.0.0.1, 10.0.0.7", true)]
    [InlineData(1, "127.0.0.1", "127.0.0.1, 10.0.0.7", false)]
    [InlineData(2, "127.0.0.1", "127.0.0.1, 10.0.0.8, 10.0.0.7", false)]
    [InlineData(2, "127.0.0.1", "127.0.0.1, 203.0.113.9", false)]
    [InlineData(10, "203.0.113.9", "127.0.0.1", false)]
    [InlineData(10, "203.0.113.9", "127.0.0.1, 127.0.0.1, 10.0.0.7", false)]
    public void Nobody_is_local_but_who_a_chain_of_known_proxies_says_is(int hops, string peer, string forwardedFor, bool isLocal)
    {
        var settings = Settings(("Proxies:Known:0", "127.0.0.1"), ("Proxies:Known:1", "10.0.0.0/8"), ("Proxies:Hops", $"{hops}"));

        var http = Pass(settings, peer, "X-Forwarded-For: " + forwardedFor, "X-Forwarded-Host: localhost");

        Assert.Equal(isLocal, LocalRequest.IsLocal(http));
    }

    [Fact]
    public void A_stranger_that_forwards_is_warned_of_once_and_without_what_it_says()
    {
        using var log = new LogLines();
        var requests = Requests(Settings(("Proxies:Known:0", Proxy)), log);

        Send(requests, Proxy, "X-Forwarded-Proto: https");
        Send(requests, "192.0.2.1");
        Assert.Empty(log.All);
        Send(requests, "192.0.2.1", "X-Forwarded-Host: up.example");
        Send(requests, "192.0.2.2", "X-Forwarded-For: 203.0.113.9");

        var (level, id, text) = Assert.Single(log.All);
        Assert.Equal((LogLevel.Warning, 5500), (level, id));
        Assert.DoesNotContain("up.example", text, StringComparison.Ordinal);
        Assert.DoesNotContain("192.0.2.1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_public_address_is_set_nobody_is_warned_of()
    {
        using var log = new LogLines();

        Send(Requests(Settings(("Tus:PublicUrl", "https://up.example")), log), "192.0.2.1", "X-Forwarded-Host: up.example");

        Assert.Empty(log.All);
    }

    [Theory]
    [InlineData("")]
    [InlineData("proxy.example")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.1:80")]
    public void What_is_neither_an_address_nor_a_network_is_refused_at_the_start(string known) =>
        Assert.True(new ProxyOptionsRules().Validate(null, new ProxyOptions { Known = [known] }).Failed);

    private static IConfiguration Settings(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build();

    private static DefaultHttpContext Pass(IConfiguration settings, string? peer, params string[] headers)
    {
        using var log = new LogLines();
        return Send(Requests(settings, log), peer, headers);
    }

    private static ForwardedRequests Requests(IConfiguration settings, LogLines log)
    {
        var services = new ServiceCollection().AddSingleton(settings).AddProxies();
        services.AddOptions<TusOptions>().BindConfiguration(TusOptions.Section);

        // As the framework's own switch would have it: everybody is believed.
        services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.All);
        var provider = services.BuildServiceProvider();
        return new(
            _ => Task.CompletedTask,
            provider.GetRequiredService<IOptions<ProxyOptions>>(),
            provider.GetRequiredService<IOptions<ForwardedHeadersOptions>>(),
            provider.GetRequiredService<IOptions<TusOptions>>(),
            LoggerFactory.Create(logging => logging.AddProvider(log)));
    }

    private static DefaultHttpContext Send(ForwardedRequests requests, string? peer, params string[] headers)
    {
        var http = new DefaultHttpContext { Request = { Scheme = "http", Host = new("server") } };
        http.Connection.RemoteIpAddress = peer is null ? null : IPAddress.Parse(peer);
        http.Connection.LocalIpAddress = IPAddress.Loopback;
        foreach (var header in headers)
        {
            var (name, value) = header.Split(": ", 2) is [var first, var second] ? (first, second) : (header, "");
            http.Request.Headers[name] = value;
        }

        Assert.True(requests.InvokeAsync(http).IsCompletedSuccessfully);
        return http;
    }
}
