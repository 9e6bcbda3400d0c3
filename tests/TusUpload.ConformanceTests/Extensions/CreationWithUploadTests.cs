using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>creation-with-upload: the first bytes come with the POST.</summary>
public abstract class CreationWithUploadTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("creation-with-upload-1", "MUST", "Tus-Extension lists creation-with-upload, and creation too, without which it is not offered.")]
    public async Task CREATION_WITH_UPLOAD_1_is_advertised_with_creation()
    {
        var extensions = await Client.ExtensionsAsync();

        Assert.Contains("creation-with-upload", extensions);
        Assert.Contains("creation", extensions);
    }

    [Theory]
    [Clause("creation-with-upload-2", "MUST", "The answer's Upload-Offset is where the upload stands with the bytes that were taken.")]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(null)]
    public async Task CREATION_WITH_UPLOAD_2_the_answer_carries_the_offset(int? length)
    {
        var post = length is null ? TusRequest.Post().With("Upload-Defer-Length", "1") : TusRequest.Post(length);

        using var answer = await post.Body("hello").SendAsync(Client);

        Assert.Equal((201, "5"), (answer.Status(), answer.Header("Upload-Offset")));
        Assert.Equal(5, await Client.OffsetAsync(answer.Headers.Location!));
    }

    [Theory]
    [Clause("creation-with-upload-3", "SHOULD", "As many bytes as possible are taken: the whole body, where nothing is in the way.")]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData((int)ConformanceServer.MaxSize)]
    public async Task CREATION_WITH_UPLOAD_3_the_whole_body_is_taken(int size)
    {
        using var whole = await TusRequest.Post(size).Body(new string('x', size)).SendAsync(Client);
        using var part = await TusRequest.Post(ConformanceServer.MaxSize).Body(new string('x', size)).SendAsync(Client);

        Assert.All([whole, part], answer => Assert.Equal((201, size), (answer.Status(), answer.Offset())));
    }

    [Theory]
    [Clause("creation-with-upload-4", "MUST", "The bytes come as application/offset+octet-stream; a body of another type is answered 415 and makes no upload.")]
    [InlineData("application/octet-stream")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task CREATION_WITH_UPLOAD_4_another_content_type_is_refused(string? type)
    {
        using var answer = await TusRequest.Post(10).Body("hello", type).SendAsync(Client);

        Assert.Equal((415, null), (answer.Status(), answer.Headers.Location));
    }

    [Fact]
    [Clause("creation-with-upload-5", "MUST", "As with PATCH, bytes beyond the length are refused.")]
    public async Task CREATION_WITH_UPLOAD_5_more_than_the_length_is_refused()
    {
        using var answer = await TusRequest.Post(4).Body("hello").SendAsync(Client);

        Assert.Equal((413, null), (answer.Status(), answer.Headers.Location));
    }
}

[Collection<OverHttp1>]
public sealed class CreationWithUploadTestsOverHttp1(Http1Server server) : CreationWithUploadTests(server);

[Collection<OverHttp2>]
public sealed class CreationWithUploadTestsOverHttp2(Http2Server server) : CreationWithUploadTests(server);

[Collection<ThroughNginx>]
public sealed class CreationWithUploadTestsThroughNginx(NginxServer server) : CreationWithUploadTests(server);

[Collection<ThroughHAProxy>]
public sealed class CreationWithUploadTestsThroughHAProxy(HAProxyServer server) : CreationWithUploadTests(server);

[Collection<ThroughCaddy>]
public sealed class CreationWithUploadTestsThroughCaddy(CaddyServer server) : CreationWithUploadTests(server);
