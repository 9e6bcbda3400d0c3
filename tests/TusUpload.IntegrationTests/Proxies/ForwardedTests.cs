using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Proxies;

/// <summary>Whose word the server takes for whom a request was made and which address was called.</summary>
public sealed class ForwardedTests(PostgresServer postgres)
{
    private const string Known = "127.0.0.1";
    private const string Client = "203.0.113.9";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nobody_is_believed_by_default()
    {
        await using var server = await RunningServer.StartAsync(postgres);

        var location = await CreateAsync(
            server, ("X-Forwarded-For", Known), ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "localhost:8443"), ("X-Forwarded-Prefix", "/files"));
        using var anybody = await GetAsync(server, ("X-Forwarded-Host", "localhost:8443"));

        // Who does not say whom it speaks for speaks for anybody.
        Assert.Equal(HttpStatusCode.Forbidden, anybody.StatusCode);
        Assert.StartsWith("/uploads/", location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_known_proxy_says_which_address_was_called_and_by_whom()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings => settings["Proxies:Known:0"] = Known);

        var absolute = await CreateAsync(
            server, ("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "localhost:8443"), ("X-Forwarded-Prefix", "/files"));
        var relative = await CreateAsync(server, ("X-Forwarded-Prefix", "/files"));
        using var local = await GetAsync(server, ("X-Forwarded-For", "127.0.0.1"));
        using var remote = await GetAsync(server, ("X-Forwarded-For", Client));
        using var rebound = await GetAsync(server, ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "rebound.example.com"));

        Assert.StartsWith("https://localhost:8443/files/uploads/", absolute, StringComparison.Ordinal);
        Assert.StartsWith("/files/uploads/", relative, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, local.StatusCode);
        await remote.IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
        await rebound.IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
    }

    [Fact]
    public async Task What_the_settings_say_counts_more_than_any_header()
    {
        await using var server = await RunningServer.StartAsync(postgres, settings =>
            (settings["Proxies:Known:0"], settings["Tus:PublicUrl"]) = (Known, "https://uploads.example.com/files"));

        var location = await CreateAsync(
            server, ("X-Forwarded-Proto", "http"), ("X-Forwarded-Host", "localhost"), ("X-Forwarded-Prefix", "/other"));

        Assert.StartsWith("https://uploads.example.com/files/uploads/", location, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Proxies:Known:0", Known)]
    [InlineData("ForwardedHeaders_Enabled", "true")]
    public async Task Nothing_that_a_stranger_sends_makes_it_local(string key, string value)
    {
        await using var server = await RunningServer.StartAsync(
            postgres, settings => settings[key] = value,
            services => services.AddSingleton<IStartupFilter>(new Peer(IPAddress.Parse(Client))));

        foreach (var forged in (string[])["127.0.0.1", "::1", "127.0.0.1, 127.0.0.1", "203.0.113.9, 127.0.0.1"])
        {
            using var answer = await GetAsync(
                server, ("X-Forwarded-For", forged), ("X-Real-IP", "127.0.0.1"), ("X-Forwarded-Host", "localhost"));
            await answer.IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
        }
    }

    private static async Task<HttpResponseMessage> GetAsync(RunningServer server, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/uploads");
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await server.Client.SendAsync(request, Ct);
    }

    private static async Task<string> CreateAsync(RunningServer server, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "10" } },
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await server.Client.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return answer.Headers.Location!.OriginalString;
    }

    /// <summary>Lets every request come from an address.</summary>
    private sealed class Peer(IPAddress address) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((http, rest) =>
            {
                http.Connection.RemoteIpAddress = address;
                return rest(http);
            });
            next(app);
        };
    }
}
