using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>HEAD, GET, DELETE and OPTIONS: where an upload stands, what holds for it, and its end.</summary>
public abstract class OffsetTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Theory]
    [Clause("ietf-offset-1", "MUST", "HEAD and GET of an upload tell Upload-Offset and Upload-Complete, and carry no content.")]
    [InlineData("HEAD", 9)]
    [InlineData("GET", 8)]
    [InlineData("HEAD", null)]
    [InlineData("GET", null)]
    public async Task IETF_OFFSET_1_the_offset_and_completeness_are_told(string method, int? version)
    {
        var upload = await IetfRequests.MakeAsync(Client);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "hello").StatusAsync(Client));

        using var answer = await IetfRequests.Plain(method, upload, version).SendAsync(Client);

        Assert.Equal((204, 5, false), (answer.Status(), answer.Offset(), answer.Completeness()));
        Assert.Equal((null, version?.ToString(System.Globalization.CultureInfo.InvariantCulture)), (answer.Header("Tus-Resumable"), answer.Header("Upload-Draft-Interop-Version")));
    }

    [Fact]
    [Clause("ietf-offset-2", "MUST", "The length is told when the client has told it.")]
    public async Task IETF_OFFSET_2_the_length_is_told_when_it_is_known()
    {
        using var known = await IetfRequests.Head(await IetfRequests.MakeAsync(Client, length: 10)).SendAsync(Client);
        using var unknown = await IetfRequests.Head(await IetfRequests.MakeAsync(Client)).SendAsync(Client);

        Assert.Equal(("10", null), (known.Header("Upload-Length"), unknown.Header("Upload-Length")));
    }

    [Fact]
    [Clause("ietf-offset-3", "MUST", "The limits are told in Upload-Limit; what one append may carry and the end of the upload's life in seconds among them.")]
    public async Task IETF_OFFSET_3_the_limits_are_told()
    {
        using var answer = await IetfRequests.Head(await IetfRequests.MakeAsync(Client)).SendAsync(Client);

        Assert.Matches($"^max-size={ConformanceServer.MaxSize}, max-append-size=[1-9][0-9]*, max-age=[0-9]+$", answer.Header("Upload-Limit"));
    }

    [Fact]
    [Clause("ietf-offset-4", "SHOULD", "The answer may not be kept: Cache-Control is no-store.")]
    public async Task IETF_OFFSET_4_the_answer_may_not_be_kept()
    {
        using var answer = await IetfRequests.Head(await IetfRequests.MakeAsync(Client)).SendAsync(Client);

        Assert.Equal("no-store", answer.Header("Cache-Control"));
    }

    [Fact]
    [Clause("ietf-offset-5", "MUST", "An upload whose offset is its length is not complete before its client says so.")]
    public async Task IETF_OFFSET_5_all_bytes_alone_complete_nothing()
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 5);
        using var append = await IetfRequests.Append(upload, 0, false, "hello").SendAsync(Client);
        using var open = await IetfRequests.Head(upload).SendAsync(Client);
        using var last = await IetfRequests.Append(upload, 5, true, "").SendAsync(Client);
        using var complete = await IetfRequests.Head(upload).SendAsync(Client);

        Assert.Equal((204, false, 5, false), (append.Status(), append.Completeness(), open.Offset(), open.Completeness()));
        Assert.Equal((201, true, 5, true), (last.Status(), last.Completeness(), complete.Offset(), complete.Completeness()));
    }

    [Fact]
    [Clause("ietf-options-1", "MUST", "OPTIONS of the creating resource tells the limits.")]
    public async Task IETF_OPTIONS_1_the_limits_are_told_beforehand()
    {
        using var answer = await IetfRequests.Plain("OPTIONS", TusRequest.Creation).SendAsync(Client);

        Assert.Matches($"^max-size={ConformanceServer.MaxSize}, max-append-size=[1-9][0-9]*, max-age=[0-9]+$", answer.Header("Upload-Limit"));
    }

    [Theory]
    [Clause("ietf-cancel-1", "SHOULD", "In every version, DELETE ends the upload; afterwards nothing is there.")]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(null)]
    public async Task IETF_CANCEL_1_a_cancelled_upload_is_gone(int? version)
    {
        var upload = await IetfRequests.MakeAsync(Client, version);

        Assert.Equal(204, await IetfRequests.Plain("DELETE", upload, version).StatusAsync(Client));

        Assert.Equal(404, await IetfRequests.Head(upload, version).StatusAsync(Client));
        Assert.Equal(404, await IetfRequests.Append(upload, 0, true, "hello", version).StatusAsync(Client));
        Assert.Equal(404, await IetfRequests.Plain("DELETE", upload, version).StatusAsync(Client));
    }

    [Theory]
    [Clause("ietf-fields-1", "MUST", "A field whose value is of another type counts as not being there; parameters are allowed.")]
    [InlineData("1", 400)]
    [InlineData("true", 400)]
    [InlineData("?2", 400)]
    [InlineData("?1, ?1", 400)]
    [InlineData("?0;a=1;b", 201)]
    public async Task IETF_FIELDS_1_fields_of_another_type_are_ignored(string complete, int status) =>
        Assert.Equal(status, await IetfRequests.Plain("POST", TusRequest.Creation).With("Upload-Complete", complete).StatusAsync(Client));
}

[Collection<OverHttp1>]
public sealed class OffsetTestsOverHttp1(Http1Server server) : OffsetTests(server);

[Collection<OverHttp2>]
public sealed class OffsetTestsOverHttp2(Http2Server server) : OffsetTests(server);

[Collection<ThroughNginx>]
public sealed class OffsetTestsThroughNginx(NginxServer server) : OffsetTests(server);

[Collection<ThroughHAProxy>]
public sealed class OffsetTestsThroughHAProxy(HAProxyServer server) : OffsetTests(server);

[Collection<ThroughCaddy>]
public sealed class OffsetTestsThroughCaddy(CaddyServer server) : OffsetTests(server);
