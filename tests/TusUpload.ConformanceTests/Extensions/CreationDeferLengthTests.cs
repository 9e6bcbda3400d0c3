using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>creation-defer-length: the length is told later.</summary>
public abstract class CreationDeferLengthTests(ConformanceServer server)
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("creation-defer-length-1", "MUST", "Tus-Extension lists creation-defer-length.")]
    public async Task CREATION_DEFER_LENGTH_1_is_advertised() => Assert.Contains("creation-defer-length", await Client.ExtensionsAsync());

    [Theory]
    [Clause("creation-defer-length-2", "MUST", "Upload-Defer-Length is 1; any other value is answered 400.")]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("true")]
    [InlineData("1, 1")]
    [InlineData("")]
    public async Task CREATION_DEFER_LENGTH_2_is_1_and_nothing_else(string value) =>
        Assert.Equal(400, await TusRequest.Post().With("Upload-Defer-Length", value).StatusAsync(Client));

    [Fact]
    [Clause("creation-defer-length-3", "MUST", "While the length is unknown, HEAD answers Upload-Defer-Length: 1 and no Upload-Length.")]
    public async Task CREATION_DEFER_LENGTH_3_HEAD_says_that_it_is_unknown()
    {
        var upload = await Client.CreateAsync(length: null);
        using var fresh = await Client.HeadAsync(upload);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));
        using var begun = await Client.HeadAsync(upload);

        Assert.All([fresh, begun], answer => Assert.Equal(("1", null), (answer.Header("Upload-Defer-Length"), answer.Header("Upload-Length"))));
    }

    [Fact]
    [Clause("creation-defer-length-4", "MUST", "Where the length is known, Upload-Defer-Length is left out.")]
    public async Task CREATION_DEFER_LENGTH_4_is_left_out_where_the_length_is_known()
    {
        using var head = await Client.HeadAsync(await Client.CreateAsync(10));

        Assert.Null(head.Header("Upload-Defer-Length"));
    }

    [Theory]
    [Clause("creation-defer-length-5", "MUST", "A PATCH may tell the length, with bytes or without; from then on HEAD tells it.")]
    [InlineData("", 10)]
    [InlineData("hello", 10)]
    [InlineData("hello", 5)]
    [InlineData("", 0)]
    public async Task CREATION_DEFER_LENGTH_5_a_PATCH_tells_the_length(string body, int length)
    {
        var upload = await Client.CreateAsync(length: null);

        Assert.Equal(204, await Telling(upload, 0, body, length).StatusAsync(Client));

        using var head = await Client.HeadAsync(upload);
        Assert.Equal((Text(length), Text(body.Length), null), (head.Header("Upload-Length"), head.Header("Upload-Offset"), head.Header("Upload-Defer-Length")));
    }

    [Fact]
    [Clause("creation-defer-length-6", "MUST", "A length that was told once stays; another one is refused.")]
    public async Task CREATION_DEFER_LENGTH_6_the_length_is_told_once()
    {
        var told = await Client.CreateAsync(length: null);
        Assert.Equal(204, await Telling(told, 0, "", 10).StatusAsync(Client));
        var created = await Client.CreateAsync(10);

        foreach (var upload in (Uri[])[told, created])
        {
            Assert.Equal(400, await Telling(upload, 0, "hello", 11).StatusAsync(Client));

            using var head = await Client.HeadAsync(upload);
            Assert.Equal(("10", "0"), (head.Header("Upload-Length"), head.Header("Upload-Offset")));
        }
    }

    [Fact]
    [Clause("creation-defer-length-7", "MUST", "A length above the largest that the server takes is answered 413 also when it is told later, and bytes beyond the largest are too.")]
    public async Task CREATION_DEFER_LENGTH_7_the_limit_holds_later_too()
    {
        var upload = await Client.CreateAsync(length: null);

        Assert.Equal(413, await Telling(upload, 0, "", ConformanceServer.MaxSize + 1).StatusAsync(Client));
        Assert.Equal(413, await TusRequest.Patch(upload, 0, new string('x', (int)ConformanceServer.MaxSize + 1)).StatusAsync(Client));

        using var head = await Client.HeadAsync(upload);
        Assert.Equal(("1", "0"), (head.Header("Upload-Defer-Length"), head.Header("Upload-Offset")));
    }

    [Fact]
    [Clause("creation-defer-length-8", "MUST", "A length below what has arrived is refused.")]
    public async Task CREATION_DEFER_LENGTH_8_the_length_is_not_below_the_offset()
    {
        var upload = await Client.CreateAsync(length: null);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));

        Assert.Equal(400, await Telling(upload, 5, "", 4).StatusAsync(Client));
        Assert.Equal(5, await Client.OffsetAsync(upload));
    }

    private static TusRequest Telling(Uri upload, long offset, string body, long length) =>
        TusRequest.Patch(upload, offset, body).With("Upload-Length", Text(length));

    private static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}

[Collection<OverHttp1>]
public sealed class CreationDeferLengthTestsOverHttp1(Http1Server server) : CreationDeferLengthTests(server);

[Collection<OverHttp2>]
public sealed class CreationDeferLengthTestsOverHttp2(Http2Server server) : CreationDeferLengthTests(server);

[Collection<ThroughNginx>]
public sealed class CreationDeferLengthTestsThroughNginx(NginxServer server) : CreationDeferLengthTests(server);

[Collection<ThroughHAProxy>]
public sealed class CreationDeferLengthTestsThroughHAProxy(HAProxyServer server) : CreationDeferLengthTests(server);

[Collection<ThroughCaddy>]
public sealed class CreationDeferLengthTestsThroughCaddy(CaddyServer server) : CreationDeferLengthTests(server);
