using Microsoft.Extensions.DependencyInjection;
using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Uploads.Content;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>termination: DELETE ends an upload for good.</summary>
public abstract class TerminationTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("termination-1", "MUST", "Tus-Extension lists termination.")]
    public async Task TERMINATION_1_is_advertised() => Assert.Contains("termination", await Client.ExtensionsAsync());

    [Theory]
    [Clause(
        "termination-2", "MUST", "DELETE of an upload that is there is answered 204, and the upload has ended.",
        Otherwise = "a complete upload is a file by then and is answered 403; the API deletes files, with its own rights.")]
    [InlineData("")]
    [InlineData("hello")]
    public async Task TERMINATION_2_success_is_204(string body)
    {
        var upload = await Client.CreateAsync(10);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, body).StatusAsync(Client));
        var complete = await Client.CreateAsync(0);

        Assert.Equal(204, await new TusRequest("DELETE", upload).StatusAsync(Client));
        Assert.Equal(403, await new TusRequest("DELETE", complete).StatusAsync(Client));
    }

    [Fact]
    [Clause("termination-3", "SHOULD", "DELETE frees what the upload held: its bytes, and the storage that was reserved for it.")]
    public async Task TERMINATION_3_frees_what_was_held()
    {
        const string Owner = "terminator";
        var upload = await Client.CreateAsync(1000, user: Owner);
        using var some = await Client.PatchAsync(upload, 0, new byte[400], user: Owner);
        var path = ((IFileContent)server.Services.GetRequiredService<IUploadContent>()).PathOf(upload.Id());
        Assert.Equal((0, 1000, true), await HeldAsync());

        using var answer = await Client.TerminateAsync(upload, Owner);

        Assert.Equal(204, answer.Status());
        Assert.Equal((0, 0, false), await HeldAsync());

        async Task<(long Used, long Reserved, bool OnDisk)> HeldAsync()
        {
            var (used, reserved) = await Client.UsageAsync(Owner);
            return (used, reserved, File.Exists(path));
        }
    }

    [Fact]
    [Clause("termination-4", "SHOULD", "Whatever is asked of an upload after its DELETE is answered 404 or 410.")]
    public async Task TERMINATION_4_afterwards_nothing_is_there()
    {
        var upload = await Client.CreateAsync(10);
        Assert.Equal(204, await new TusRequest("DELETE", upload).StatusAsync(Client));

        Assert.Equal(404, await new TusRequest("HEAD", upload).StatusAsync(Client));
        Assert.Equal(404, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));
        Assert.Equal(404, await new TusRequest("DELETE", upload).StatusAsync(Client));
    }
}

[Collection<OverHttp1>]
public sealed class TerminationTestsOverHttp1(Http1Server server) : TerminationTests(server);

[Collection<OverHttp2>]
public sealed class TerminationTestsOverHttp2(Http2Server server) : TerminationTests(server);

[Collection<ThroughNginx>]
public sealed class TerminationTestsThroughNginx(NginxServer server) : TerminationTests(server);

[Collection<ThroughHAProxy>]
public sealed class TerminationTestsThroughHAProxy(HAProxyServer server) : TerminationTests(server);

[Collection<ThroughCaddy>]
public sealed class TerminationTestsThroughCaddy(CaddyServer server) : TerminationTests(server);
