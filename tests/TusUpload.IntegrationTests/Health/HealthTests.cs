using System.Net;

using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Api;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Server.Health;

namespace TusUpload.IntegrationTests.Health;

public sealed class HealthTests(RunningServer server, PostgresServer postgres) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_running_server_lives_and_is_ready()
    {
        var live = await server.Client.GetJsonAsync("/health/live");
        var ready = await server.Client.GetJsonAsync("/health/ready");

        Assert.Equal("live", live.Text("status"));
        Assert.Equal("ready", ready.Text("status"));
        Assert.Equal(["postgres", "disk", "jobs", "content", "storage"], ready.GetProperty("checks").Members());
        Assert.All(ready.GetProperty("checks").EnumerateObject(), check => Assert.Equal("ok", check.Value.GetString()));
    }

    [Fact]
    public async Task Probes_need_no_sign_in_and_no_local_name()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/ready") { Headers = { Host = "node-7.example.com" } };

        using var response = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task What_files_can_wait_for_keeps_no_upload_away()
    {
        await using var waiting = await RunningServer.StartAsync(
            postgres,
            services: services => services.AddSingleton(
                new ReadinessCheck("away", _ => throw new IOException("It is away.")) { CanWait = true }));

        using var all = await waiting.Client.GetAsync("/health/ready", Ct);
        using var uploads = await waiting.Client.GetAsync("/health/ready?role=receive", Ct);
        using var unknown = await waiting.Client.GetAsync("/health/ready?role=nonsense", Ct);

        Assert.Equal("failing", (await all.JsonAsync(HttpStatusCode.ServiceUnavailable)).GetProperty("checks").Text("away"));
        Assert.Equal(["postgres", "disk", "content"], (await uploads.JsonAsync(HttpStatusCode.OK)).GetProperty("checks").Members());
        Assert.Equal("other_role", (await unknown.JsonAsync(HttpStatusCode.ServiceUnavailable)).Text("status"));
    }

    [Fact]
    public async Task What_fails_is_named_and_nothing_else_is_said()
    {
        await using var full = await RunningServer.StartAsync(
            postgres,
            settings =>
            {
                settings["Health:MinFreeDiskBytes"] = long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture);
                settings["Health:Timeout"] = "00:00:01";
            },
            services => services.AddSingleton(new ReadinessCheck("hanging", _ => Task.Delay(Timeout.Infinite, CancellationToken.None))));

        using var response = await full.Client.GetAsync("/health/ready", Ct);

        var report = await response.JsonAsync(HttpStatusCode.ServiceUnavailable);
        Assert.Equal(["status", "checks"], report.Members());
        Assert.Equal("unready", report.Text("status"));
        Assert.Equal("failing", report.GetProperty("checks").Text("disk"));
        Assert.Equal("failing", report.GetProperty("checks").Text("hanging"));
        Assert.Equal(HttpStatusCode.OK, (await full.Client.GetAsync("/health/live", Ct)).StatusCode);
    }
}
