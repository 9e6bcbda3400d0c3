using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Core;

/// <summary>X-HTTP-Method-Override, for clients whose environment knows GET and POST only.</summary>
public abstract class OverrideTests(ConformanceServer server)
{
    private const string Override = "X-HTTP-Method-Override";

    private HttpClient Client => server.Http;

    [Fact]
    [Clause("core-override-1", "MUST", "X-HTTP-Method-Override is taken as the method of the request.")]
    public async Task OVERRIDE_1_is_taken_as_the_method()
    {
        var upload = await Client.CreateAsync(10);

        using var patch = await new TusRequest("POST", upload).With(Override, "PATCH").With("Upload-Offset", "0").Body("hello").SendAsync(Client);
        using var head = await new TusRequest("POST", upload).With(Override, "HEAD").SendAsync(Client);
        using var delete = await new TusRequest("POST", upload).With(Override, "DELETE").SendAsync(Client);

        Assert.Equal((204, "5"), (patch.Status(), patch.Header("Upload-Offset")));
        Assert.Equal((200, "5"), (head.Status(), head.Header("Upload-Offset")));
        Assert.Equal(204, delete.Status());
        Assert.Equal(404, await new TusRequest("HEAD", upload).StatusAsync(Client));
    }

    [Theory]
    [Clause(
        "core-override-2", "MUST", "With X-HTTP-Method-Override, the request's own method counts for nothing.",
        Otherwise = "an OPTIONS request stays one: it needs no sign-in, and an override would carry any other verb past it.")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    [InlineData("HEAD")]
    [InlineData("GET")]
    public async Task OVERRIDE_2_the_methods_own_meaning_is_gone(string method)
    {
        var upload = await Client.CreateAsync(10);

        using var answer = await new TusRequest(method, upload).With(Override, "HEAD").SendAsync(Client);

        Assert.Equal((200, "0", "10"), (answer.Status(), answer.Header("Upload-Offset"), answer.Header("Upload-Length")));
        using var options = await new TusRequest("OPTIONS", upload).With(Override, "DELETE").SendAsync(Client);
        Assert.Equal((204, "1.0.0"), (options.Status(), options.Header("Tus-Version")));
        Assert.Equal(0, await Client.OffsetAsync(upload));
    }
}

[Collection<OverHttp1>]
public sealed class OverrideTestsOverHttp1(Http1Server server) : OverrideTests(server);

[Collection<OverHttp2>]
public sealed class OverrideTestsOverHttp2(Http2Server server) : OverrideTests(server);

[Collection<ThroughNginx>]
public sealed class OverrideTestsThroughNginx(NginxServer server) : OverrideTests(server);

[Collection<ThroughHAProxy>]
public sealed class OverrideTestsThroughHAProxy(HAProxyServer server) : OverrideTests(server);

[Collection<ThroughCaddy>]
public sealed class OverrideTestsThroughCaddy(CaddyServer server) : OverrideTests(server);
