using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Core;

/// <summary>PATCH: bytes at an offset.</summary>
public abstract class PatchTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("core-patch-1", "SHOULD", "PATCH is taken by every upload, and its bytes go where Upload-Offset says.")]
    public async Task PATCH_1_bytes_go_to_their_offset()
    {
        var upload = await Client.CreateAsync(10);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));
        Assert.Equal(204, await TusRequest.Patch(upload, 5, "world").StatusAsync(Client));

        _ = await Client.EndedFileAsync(upload.Id());
        Assert.Equal(
            "helloworld",
            await Client.GetStringAsync(new Uri($"/api/v1/files/{upload.Id()}/content", UriKind.Relative), TestContext.Current.CancellationToken));
    }

    [Theory]
    [Clause("core-patch-2", "SHOULD", "A PATCH whose Content-Type is not application/offset+octet-stream is answered 415 and writes nothing.")]
    [InlineData("application/octet-stream")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task PATCH_2_another_content_type_is_refused(string? type)
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal(415, await new TusRequest("PATCH", upload).With("Upload-Offset", "0").Body("hello", type).StatusAsync(Client));
        Assert.Equal(0, await Client.OffsetAsync(upload));
    }

    [Theory]
    [Clause("core-patch-3", "MUST", "A PATCH at another offset than the current one is answered 409.")]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(100)]
    [InlineData(long.MaxValue)]
    public async Task PATCH_3_another_offset_is_refused(long offset)
    {
        var upload = await Client.CreateAsync(10);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));

        Assert.Equal(409, await TusRequest.Patch(upload, offset, "world").StatusAsync(Client));
    }

    [Fact]
    [Clause("core-patch-4", "MUST", "A PATCH that is answered 409 leaves the upload as it was, a deferred length included.")]
    public async Task PATCH_4_a_refused_offset_changes_nothing()
    {
        var upload = await Client.CreateAsync(length: null);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));

        Assert.Equal(409, await TusRequest.Patch(upload, 0, "HELLO").With("Upload-Length", "5").StatusAsync(Client));

        using var head = await Client.HeadAsync(upload);
        Assert.Equal(("5", "1", null), (head.Header("Upload-Offset"), head.Header("Upload-Defer-Length"), head.Header("Upload-Length")));
    }

    [Fact]
    [Clause("core-patch-5", "MUST", "A PATCH that succeeded is answered 204.")]
    public async Task PATCH_5_success_is_204()
    {
        using var answer = await TusRequest.Patch(await Client.CreateAsync(10), 0, "hello").SendAsync(Client);

        Assert.Equal(204, answer.Status());
    }

    [Fact]
    [Clause("core-patch-6", "MUST", "The answer to a PATCH that succeeded carries the new offset.")]
    public async Task PATCH_6_answers_carry_the_new_offset()
    {
        using var answer = await TusRequest.Patch(await Client.CreateAsync(10), 0, "hello").SendAsync(Client);

        Assert.Equal("5", answer.Header("Upload-Offset"));
    }

    [Fact]
    [Clause("core-patch-7", "MUST", "The new offset is the one before plus the bytes that were taken, however many requests they come in.")]
    public async Task PATCH_7_the_offset_grows_by_what_was_taken()
    {
        var upload = await Client.CreateAsync(1000);
        var offset = 0;
        foreach (var size in (int[])[1, 0, 299, 700])
        {
            using var answer = await TusRequest.Patch(upload, offset, new string('x', size)).SendAsync(Client);
            Assert.Equal((204, offset + size), (answer.Status(), answer.Offset()));
            offset += size;
        }

        Assert.Equal(1000, await Client.OffsetAsync(upload));
    }

    [Theory]
    [Clause("core-patch-8", "SHOULD", "A PATCH of an upload that is not there is answered 404.")]
    [InlineData("/uploads/00000000-0000-7000-8000-000000000000")]
    [InlineData("/uploads/never-made")]
    public async Task PATCH_8_of_nothing_is_answered_404(string target)
    {
        using var answer = await TusRequest.Patch(new Uri(target, UriKind.Relative), 0, "hello").SendAsync(Client);

        Assert.Equal((404, null), (answer.Status(), answer.Header("Upload-Offset")));
    }
}

[Collection<OverHttp1>]
public sealed class PatchTestsOverHttp1(Http1Server server) : PatchTests(server);

[Collection<OverHttp2>]
public sealed class PatchTestsOverHttp2(Http2Server server) : PatchTests(server);

[Collection<ThroughNginx>]
public sealed class PatchTestsThroughNginx(NginxServer server) : PatchTests(server);

[Collection<ThroughHAProxy>]
public sealed class PatchTestsThroughHAProxy(HAProxyServer server) : PatchTests(server);

[Collection<ThroughCaddy>]
public sealed class PatchTestsThroughCaddy(CaddyServer server) : PatchTests(server);
