using System.Text.Json;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>Creations under a key, by which a client finds the upload that it began before.</summary>
public abstract class ResumeKeyTests(ConformanceServer server)
{
    private readonly string _key = Guid.CreateVersion7().ToString();

    private HttpClient Client => server.Http;

    [Fact]
    [Clause("ietf-key-1", "MAY", "The same Idempotency-Key finds the upload: 201 with its address, offset and completeness.")]
    public async Task IETF_KEY_1_the_same_key_finds_the_upload()
    {
        using var first = await Keyed(completes: false, "hello").With("Upload-Length", "10").SendAsync(Client);
        using var again = await Keyed(completes: false, null).With("Upload-Length", "10").SendAsync(Client);
        using var bytes = await Keyed(completes: false, "hello, w").With("Upload-Length", "10").SendAsync(Client);
        using var tus = await TusRequest.Post(10).With("Idempotency-Key", _key).SendAsync(Client);

        Assert.All([again, bytes], answer => Assert.Equal(
            (201, first.Headers.Location, 5, false), (answer.Status(), answer.Headers.Location, answer.Offset(), answer.Completeness())));
        Assert.Equal(first.Headers.Location, tus.Headers.Location);
        Assert.Equal(201, await IetfRequests.Append(first.Headers.Location!, 5, true, "world").StatusAsync(Client));
    }

    [Fact]
    [Clause("ietf-key-2", "MAY", "A complete upload is found by its key, and nothing is sent again.")]
    public async Task IETF_KEY_2_a_complete_upload_is_found()
    {
        using var first = await Keyed(completes: true, "hello").SendAsync(Client);
        using var again = await Keyed(completes: true, "hello").SendAsync(Client);

        Assert.Equal((201, first.Headers.Location, 5, true), (again.Status(), again.Headers.Location, again.Offset(), again.Completeness()));
    }

    [Fact]
    [Clause("ietf-key-3", "MAY", "A request that says that it is all, and finds an upload that has some bytes, is told the offset by 409: 2xx would be the end.")]
    public async Task IETF_KEY_3_all_of_an_upload_that_has_some_is_told_the_offset()
    {
        using var first = await Keyed(completes: false, "hello").With("Upload-Length", "10").SendAsync(Client);
        using var again = await Keyed(completes: true, "helloworld").SendAsync(Client);
        using var stands = await IetfRequests.Head(first.Headers.Location!).SendAsync(Client);

        Assert.Equal((409, first.Headers.Location, 5, false), (again.Status(), again.Headers.Location, again.Offset(), again.Completeness()));
        var problem = JsonDocument.Parse(await again.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal((5, 0), (problem.GetProperty("expected-offset").GetInt64(), problem.GetProperty("provided-offset").GetInt64()));
        Assert.Equal((5, false), (stands.Offset(), stands.Completeness()));
        Assert.Equal(201, await IetfRequests.Append(first.Headers.Location!, 5, true, "world").StatusAsync(Client));
    }

    [Fact]
    [Clause("ietf-key-4", "MAY", "A request that finds an upload without bytes gives it those it brings.")]
    public async Task IETF_KEY_4_an_upload_without_bytes_takes_those_that_come()
    {
        using var first = await Keyed(completes: false, null).With("Upload-Length", "5").SendAsync(Client);
        using var again = await Keyed(completes: true, "hello").SendAsync(Client);
        using var odd = await Keyed(completes: true, "hello", "another").With("Upload-Metadata", "resumeKey YWE=").SendAsync(Client);

        Assert.Equal((201, first.Headers.Location, 5, true), (again.Status(), again.Headers.Location, again.Offset(), again.Completeness()));
        Assert.Equal((400, false), (odd.Status(), odd.Completeness()));
    }

    private TusRequest Keyed(bool completes, string? body, string? key = null) =>
        IetfRequests.Post(completes, body).With("Idempotency-Key", $"\"{key ?? _key}\"");
}

[Collection<OverHttp1>]
public sealed class ResumeKeyTestsOverHttp1(Http1Server server) : ResumeKeyTests(server);

[Collection<OverHttp2>]
public sealed class ResumeKeyTestsOverHttp2(Http2Server server) : ResumeKeyTests(server);

[Collection<ThroughNginx>]
public sealed class ResumeKeyTestsThroughNginx(NginxServer server) : ResumeKeyTests(server);

[Collection<ThroughHAProxy>]
public sealed class ResumeKeyTestsThroughHAProxy(HAProxyServer server) : ResumeKeyTests(server);

[Collection<ThroughCaddy>]
public sealed class ResumeKeyTestsThroughCaddy(CaddyServer server) : ResumeKeyTests(server);
