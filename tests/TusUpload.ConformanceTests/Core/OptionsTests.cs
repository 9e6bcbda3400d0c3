using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Core;

/// <summary>OPTIONS: what the server can do.</summary>
public abstract class OptionsTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("core-options-1", "MUST", "A successful answer to OPTIONS is 204 or 200 and carries Tus-Version.")]
    public async Task OPTIONS_1_tells_the_versions()
    {
        using var creation = await new TusRequest("OPTIONS", TusRequest.Creation).Without("Tus-Resumable").SendAsync(Client);
        using var upload = await new TusRequest("OPTIONS", await Client.CreateAsync(1)).Without("Tus-Resumable").SendAsync(Client);

        Assert.All([creation, upload], answer => Assert.Equal((204, "1.0.0"), (answer.Status(), answer.Header("Tus-Version"))));
    }

    [Theory]
    [Clause("core-options-2", "MUST", "Tus-Resumable counts for nothing in an OPTIONS request.")]
    [InlineData("0.2.2")]
    [InlineData("nonsense")]
    [InlineData("")]
    public async Task OPTIONS_2_takes_any_version(string version)
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).With("Tus-Resumable", version).SendAsync(Client);

        Assert.Equal((204, "1.0.0"), (answer.Status(), answer.Header("Tus-Version")));
    }
}

[Collection<OverHttp1>]
public sealed class OptionsTestsOverHttp1(Http1Server server) : OptionsTests(server);

[Collection<OverHttp2>]
public sealed class OptionsTestsOverHttp2(Http2Server server) : OptionsTests(server);

[Collection<ThroughNginx>]
public sealed class OptionsTestsThroughNginx(NginxServer server) : OptionsTests(server);

[Collection<ThroughHAProxy>]
public sealed class OptionsTestsThroughHAProxy(HAProxyServer server) : OptionsTests(server);

[Collection<ThroughCaddy>]
public sealed class OptionsTestsThroughCaddy(CaddyServer server) : OptionsTests(server);
