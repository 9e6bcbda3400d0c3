using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>creation: POST makes an upload.</summary>
public abstract class CreationTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("creation-1", "MUST", "Tus-Extension lists creation.")]
    public async Task CREATION_1_is_advertised() => Assert.Contains("creation", await Client.ExtensionsAsync());

    [Fact]
    [Clause("creation-2", "MUST", "A POST says either Upload-Length or Upload-Defer-Length: with neither, or both, it is refused.")]
    public async Task CREATION_2_the_length_is_told_or_deferred()
    {
        Assert.Equal(400, await TusRequest.Post().StatusAsync(Client));
        Assert.Equal(400, await TusRequest.Post(10).With("Upload-Defer-Length", "1").StatusAsync(Client));
    }

    [Fact]
    [Clause("creation-3", "MUST", "An upload that was made is answered 201.")]
    public async Task CREATION_3_success_is_201() => Assert.Equal(201, await TusRequest.Post(10).StatusAsync(Client));

    [Fact]
    [Clause("creation-4", "MUST", "The answer's Location is the address of the new upload, absolute or relative to the one asked.")]
    public async Task CREATION_4_Location_leads_to_the_upload()
    {
        using var first = await TusRequest.Post(10).SendAsync(Client);
        using var second = await TusRequest.Post(20).SendAsync(Client);

        using var head = await Client.HeadAsync(new Uri(new Uri(Client.BaseAddress!, TusRequest.Creation), first.Headers.Location!));
        Assert.Equal((200, "10"), (head.Status(), head.Header("Upload-Length")));
        Assert.NotEqual(first.Headers.Location, second.Headers.Location);
    }

    [Fact]
    [Clause("creation-5", "MUST", "A new upload stands at offset 0.")]
    public async Task CREATION_5_a_new_upload_is_at_0() => Assert.Equal(0, await Client.OffsetAsync(await Client.CreateAsync(10)));

    [Fact]
    [Clause("creation-6", "MAY", "Upload-Length may be 0: such an upload is complete at once, without a PATCH.")]
    public async Task CREATION_6_an_empty_upload_is_complete_at_once()
    {
        var upload = await Client.CreateAsync(0);

        using var head = await Client.HeadAsync(upload);
        Assert.Equal((200, "0", "0"), (head.Status(), head.Header("Upload-Offset"), head.Header("Upload-Length")));
        Assert.Equal("ready", (await Client.EndedFileAsync(upload.Id())).GetProperty("processingStatus").GetString());
    }

    [Theory]
    [Clause("creation-7", "MUST", "A length above the largest that the server takes is answered 413.")]
    [InlineData(ConformanceServer.MaxSize + 1)]
    [InlineData(long.MaxValue)]
    public async Task CREATION_7_a_length_above_the_limit_is_refused(long length)
    {
        using var answer = await TusRequest.Post(length).SendAsync(Client);

        Assert.Equal((413, null), (answer.Status(), answer.Headers.Location));
    }
}

[Collection<OverHttp1>]
public sealed class CreationTestsOverHttp1(Http1Server server) : CreationTests(server);

[Collection<OverHttp2>]
public sealed class CreationTestsOverHttp2(Http2Server server) : CreationTests(server);

[Collection<ThroughNginx>]
public sealed class CreationTestsThroughNginx(NginxServer server) : CreationTests(server);

[Collection<ThroughHAProxy>]
public sealed class CreationTestsThroughHAProxy(HAProxyServer server) : CreationTests(server);

[Collection<ThroughCaddy>]
public sealed class CreationTestsThroughCaddy(CaddyServer server) : CreationTests(server);
