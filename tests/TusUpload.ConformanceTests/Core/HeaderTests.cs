using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Core;

/// <summary>Headers that every verb shares.</summary>
public abstract class HeaderTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Theory]
    [Clause("core-offset-1", "MUST", "Upload-Offset is a whole number, not negative; anything else is refused and nothing is written.")]
    [InlineData("-1")]
    [InlineData("+0")]
    [InlineData("0.0")]
    [InlineData("0x0")]
    [InlineData("0, 0")]
    [InlineData("")]
    [InlineData("zero")]
    [InlineData("9223372036854775808")]
    [InlineData(null)]
    public async Task OFFSET_1_is_a_whole_number(string? offset)
    {
        var upload = await Client.CreateAsync(10);
        var patch = new TusRequest("PATCH", upload).Body("hello");

        var status = await (offset is null ? patch : patch.With("Upload-Offset", offset)).StatusAsync(Client);

        Assert.Equal(400, status);
        Assert.Equal(0, await Client.OffsetAsync(upload));
    }

    [Theory]
    [Clause("core-length-1", "MUST", "Upload-Length is a whole number, not negative; anything else is refused.")]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData("1e3")]
    [InlineData("1, 2")]
    [InlineData("")]
    [InlineData("ten")]
    public async Task LENGTH_1_is_a_whole_number(string length) =>
        Assert.Equal(400, await TusRequest.Post().With("Upload-Length", length).StatusAsync(Client));

    [Fact]
    [Clause("core-version-1", "MUST", "Tus-Version lists the versions that the server speaks, the one it likes best first.")]
    public async Task VERSION_1_lists_what_is_spoken_best_first()
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).SendAsync(Client);

        Assert.Equal("1.0.0", answer.Header("Tus-Version")?.Split(',')[0]);
    }

    [Fact]
    [Clause("core-resumable-1", "MUST", "Every answer, refusals included, carries Tus-Resumable with the version that was spoken.")]
    public async Task RESUMABLE_1_is_on_every_answer()
    {
        var upload = await Client.CreateAsync(10);
        var stranger = new Uri("/uploads/00000000-0000-7000-8000-000000000000", UriKind.Relative);

        (int Status, TusRequest Request)[] exchanges =
        [
            (201, TusRequest.Post(1)),
            (200, new("HEAD", upload)),
            (204, TusRequest.Patch(upload, 0, "hello")),
            (400, TusRequest.Post()),
            (403, new TusRequest("HEAD", upload).With("Host", "elsewhere.example")),
            (403, TusRequest.Patch(upload, 5, "world").With("Host", "elsewhere.example")),
            (404, new("HEAD", stranger)),
            (404, new("HEAD", new Uri("/uploads/nothing", UriKind.Relative))),
            (405, new("PUT", upload)),
            (405, new("GET", TusRequest.Creation)),
            (409, TusRequest.Patch(upload, 1, "hello")),
            (412, new TusRequest("HEAD", upload).With("Tus-Resumable", "0.2.2")),
            (413, TusRequest.Post(ConformanceServer.MaxSize + 1)),
            (415, new TusRequest("PATCH", upload).With("Upload-Offset", "5").Body("hello", "text/plain")),
            (204, new("DELETE", upload)),
        ];

        foreach (var (status, request) in exchanges)
        {
            using var answer = await request.SendAsync(Client);
            Assert.Equal((status, "1.0.0"), (answer.Status(), answer.Header("Tus-Resumable")));
        }
    }

    [Theory]
    [Clause("core-resumable-2", "MUST", "A request in a version that the server does not speak, or an upload's POST or PATCH that names none, is answered 412 with Tus-Version.")]
    [InlineData("0.2.2")]
    [InlineData("2.0.0")]
    [InlineData("1.0.0, 1.0.0")]
    [InlineData("")]
    [InlineData(null)]
    public async Task RESUMABLE_2_another_version_is_refused_with_those_that_are_spoken(string? version)
    {
        var upload = await Client.CreateAsync(10);
        TusRequest[] requests = [TusRequest.Post(1), TusRequest.Patch(upload, 0, "hello"), new("HEAD", upload), new("DELETE", upload)];

        // HEAD and DELETE of an upload that name no version belong to the other protocol.
        foreach (var request in version is null ? requests[..2] : requests)
        {
            using var answer = await (version is null ? request.Without("Tus-Resumable") : request.With("Tus-Resumable", version)).SendAsync(Client);

            Assert.Equal((412, "1.0.0"), (answer.Status(), answer.Header("Tus-Version")));
            Assert.Null(answer.Header("Location"));
        }
    }

    [Fact]
    [Clause("core-resumable-3", "MUST", "A request in a version that the server does not speak has no effect.")]
    public async Task RESUMABLE_3_a_request_in_another_version_changes_nothing()
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal(412, await TusRequest.Patch(upload, 0, "hello").With("Tus-Resumable", "0.2.2").StatusAsync(Client));
        Assert.Equal(412, await new TusRequest("DELETE", upload).With("Tus-Resumable", "0.2.2").StatusAsync(Client));

        Assert.Equal(0, await Client.OffsetAsync(upload));
    }

    [Fact]
    [Clause("core-extension-1", "MUST", "Tus-Extension lists the extensions that are there, divided by commas.")]
    public async Task EXTENSION_1_lists_what_is_there()
    {
        var extensions = await Client.ExtensionsAsync();

        Assert.Equal(extensions.Distinct(StringComparer.Ordinal), extensions);
        Assert.All(extensions, extension => Assert.Matches("^[a-z-]+$", extension));
        Assert.Superset(
            new HashSet<string>(
                [
                    "creation", "creation-with-upload", "creation-defer-length", "expiration", "termination", "checksum", "checksum-trailer", "concatenation",
                    "concatenation-unfinished",
                ],
                StringComparer.Ordinal),
            new HashSet<string>(extensions, StringComparer.Ordinal));
    }

    [Fact]
    [Clause("core-max-size-1", "MUST", "Tus-Max-Size is the largest upload in bytes, a whole number that is not negative.")]
    public async Task MAX_SIZE_1_is_a_whole_number_and_the_limit_that_holds()
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).SendAsync(Client);

        var largest = long.Parse(answer.Header("Tus-Max-Size")!, System.Globalization.NumberStyles.None, null);
        Assert.Equal(201, await TusRequest.Post(largest).StatusAsync(Client));
        Assert.Equal(413, await TusRequest.Post(largest + 1).StatusAsync(Client));
    }

    [Fact]
    [Clause("core-max-size-2", "SHOULD", "Tus-Max-Size is there when there is a limit.")]
    public async Task MAX_SIZE_2_is_told_where_there_is_a_limit()
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).SendAsync(Client);

        Assert.Equal(ConformanceServer.MaxSize.ToString(System.Globalization.CultureInfo.InvariantCulture), answer.Header("Tus-Max-Size"));
    }
}

[Collection<OverHttp1>]
public sealed class HeaderTestsOverHttp1(Http1Server server) : HeaderTests(server);

[Collection<OverHttp2>]
public sealed class HeaderTestsOverHttp2(Http2Server server) : HeaderTests(server);

[Collection<ThroughNginx>]
public sealed class HeaderTestsThroughNginx(NginxServer server) : HeaderTests(server);

[Collection<ThroughHAProxy>]
public sealed class HeaderTestsThroughHAProxy(HAProxyServer server) : HeaderTests(server);

[Collection<ThroughCaddy>]
public sealed class HeaderTestsThroughCaddy(CaddyServer server) : HeaderTests(server);
