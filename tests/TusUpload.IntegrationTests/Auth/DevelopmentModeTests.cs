using System.Net;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Auth;

public sealed class DevelopmentModeTests(RunningServer server, PostgresServer postgres) : IClassFixture<RunningServer>
{
    private static readonly string[] Addresses =
        ["/api/v1/uploads", "/api/v1/nothing", "/api/v1/events", "/uploads/0", "/hangfire", "/hangfire/jobs/enqueued", "/docs/", "/openapi/v1.json", "/"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_request_for_another_name_is_refused_everywhere()
    {
        foreach (var address in Addresses)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = "rebound.example.com" } };
            await (await server.Client.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
        }
    }

    [Fact]
    public async Task A_request_from_another_machine_is_refused_everywhere()
    {
        await using var reached = await RunningServer.StartAsync(
            postgres, services: services => services.AddSingleton<IStartupFilter>(new From(IPAddress.Parse("192.0.2.7"))));

        foreach (var address in Addresses)
        {
            await (await reached.Client.GetAsync(address, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
        }

        Assert.Equal(HttpStatusCode.OK, (await reached.Client.GetAsync("/health/ready", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_proxy_that_speaks_for_another_machine_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/uploads") { Headers = { { "X-Forwarded-For", "192.0.2.7" } } };

        await (await server.Client.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.Forbidden, "development_loopback_only");
    }

    [Fact]
    public async Task The_header_names_another_local_user_and_nonsense_is_refused()
    {
        var first = await server.ClientOf("ann@example.com").GetJsonAsync("/api/v1/usage");
        var second = await server.Client.GetJsonAsync("/api/v1/usage");
        Assert.NotEqual(
            first.GetProperty("workspaces")[0].GetProperty("id").GetGuid(), second.GetProperty("workspaces")[0].GetProperty("id").GetGuid());

        await (await server.ClientOf("a b/c").GetAsync("/api/v1/usage", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_user_name");
    }

    [Fact]
    public async Task The_dashboard_is_shown_on_this_machine()
    {
        using var response = await server.Client.GetAsync("/hangfire", Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    /// <summary>Lets every request come from an address.</summary>
    private sealed class From(IPAddress address) : IStartupFilter
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
