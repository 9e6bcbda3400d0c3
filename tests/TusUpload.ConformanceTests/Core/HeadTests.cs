using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Core;

/// <summary>HEAD: where the upload stands.</summary>
public abstract class HeadTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("core-head-1", "SHOULD", "HEAD of an upload that is there is answered 200 or 204.")]
    public async Task HEAD_1_of_an_upload_is_answered_200()
    {
        using var answer = await Client.HeadAsync(await Client.CreateAsync(10));

        Assert.Equal(200, answer.Status());
    }

    [Fact]
    [Clause("core-head-2", "MUST", "The answer carries Upload-Offset with the current offset, also when that is 0.")]
    public async Task HEAD_2_answers_carry_the_current_offset()
    {
        var upload = await Client.CreateAsync(10);
        using var fresh = await Client.HeadAsync(upload);
        using var patch = await TusRequest.Patch(upload, 0, "hello").SendAsync(Client);
        using var begun = await Client.HeadAsync(upload);

        Assert.Equal(("0", "5"), (fresh.Header("Upload-Offset"), begun.Header("Upload-Offset")));
    }

    [Theory]
    [Clause("core-head-3", "MUST", "The answer carries Upload-Offset also when the upload is complete.")]
    [InlineData("")]
    [InlineData("hello")]
    public async Task HEAD_3_a_complete_upload_still_tells_its_offset(string body)
    {
        var upload = await Client.CreateAsync(body.Length);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, body).StatusAsync(Client));
        using var complete = await Client.HeadAsync(upload);
        _ = await Client.EndedFileAsync(upload.Id());
        using var stored = await Client.HeadAsync(upload);

        Assert.All([complete, stored], answer => Assert.Equal((200, body.Length), (answer.Status(), answer.Offset())));
    }

    [Fact]
    [Clause("core-head-4", "MUST", "The answer carries Upload-Length when the size is known.")]
    public async Task HEAD_4_answers_carry_the_length_that_is_known()
    {
        using var answer = await Client.HeadAsync(await Client.CreateAsync(10));

        Assert.Equal("10", answer.Header("Upload-Length"));
    }

    [Theory]
    [Clause("core-head-5", "SHOULD", "HEAD of an upload that is not there is answered 404, 410 or 403, without Upload-Offset.")]
    [InlineData("/uploads/00000000-0000-7000-8000-000000000000")]
    [InlineData("/uploads/never-made")]
    public async Task HEAD_5_of_nothing_is_answered_404_without_an_offset(string target)
    {
        using var answer = await new TusRequest("HEAD", new Uri(target, UriKind.Relative)).SendAsync(Client);

        Assert.Equal((404, null), (answer.Status(), answer.Header("Upload-Offset")));
    }

    [Fact]
    [Clause("core-head-6", "MUST", "No client and no proxy may keep the answer: Cache-Control is no-store.")]
    public async Task HEAD_6_answers_must_not_be_kept()
    {
        var upload = await Client.CreateAsync(10);
        using var found = await Client.HeadAsync(upload);
        using var refused = await new TusRequest("HEAD", upload).With("Host", "elsewhere.example").SendAsync(Client);
        using var missing = await Client.HeadAsync(new Uri("/uploads/never-made", UriKind.Relative));

        Assert.All([found, refused, missing], answer => Assert.Equal("no-store", answer.Header("Cache-Control")));
    }
}

[Collection<OverHttp1>]
public sealed class HeadTestsOverHttp1(Http1Server server) : HeadTests(server);

[Collection<OverHttp2>]
public sealed class HeadTestsOverHttp2(Http2Server server) : HeadTests(server);

[Collection<ThroughNginx>]
public sealed class HeadTestsThroughNginx(NginxServer server) : HeadTests(server);

[Collection<ThroughHAProxy>]
public sealed class HeadTestsThroughHAProxy(HAProxyServer server) : HeadTests(server);

[Collection<ThroughCaddy>]
public sealed class HeadTestsThroughCaddy(CaddyServer server) : HeadTests(server);
