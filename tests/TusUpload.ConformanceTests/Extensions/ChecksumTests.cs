using System.Security.Cryptography;
using System.Text;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Protocol.Checksums;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>checksum: a body says what it hashes to.</summary>
public abstract class ChecksumTests(ConformanceServer server)
{
    private const string Header = "Upload-Checksum";

    public static TheoryData<string> Algorithms => [.. ChecksumAlgorithms.All.Select(algorithm => algorithm.Name)];

    private HttpClient Client => server.Http;

    [Fact]
    [Clause("checksum-1", "MUST", "Tus-Extension lists checksum.")]
    public async Task CHECKSUM_1_is_advertised() => Assert.Contains("checksum", await Client.ExtensionsAsync());

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Clause("checksum-2", "MUST", "A whole body is verified by the algorithm that Upload-Checksum names; 204 where it matches.")]
    public async Task CHECKSUM_2_a_body_that_matches_is_kept(string algorithm)
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal(204, await Checked(upload, 0, "hello", algorithm).StatusAsync(Client));
        Assert.Equal(204, await Checked(upload, 5, "world", algorithm).StatusAsync(Client));

        Assert.Equal(10, await Client.OffsetAsync(upload));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Clause("checksum-3", "MUST", "A body that does not match is answered 460; it is discarded, and the upload and its offset are as before.")]
    public async Task CHECKSUM_3_a_body_that_does_not_match_changes_nothing(string algorithm)
    {
        var upload = await Client.CreateAsync(10);
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));

        using var refused = await TusRequest.Patch(upload, 5, "world").With(Header, Of(algorithm, "other")).SendAsync(Client);

        Assert.Equal((460, "checksum_mismatch"), (refused.Status(), await refused.CodeAsync()));
        Assert.Equal(5, await Client.OffsetAsync(upload));
    }

    [Fact]
    [Clause("checksum-12", "MUST", "A length that was told with a body that does not match stays unknown.")]
    public async Task CHECKSUM_12_a_length_that_came_with_a_mismatch_is_not_told()
    {
        var upload = await Client.CreateAsync(length: null);

        var request = TusRequest.Patch(upload, 0, "world").With("Upload-Length", "5").With(Header, Of("sha1", "other"));
        Assert.Equal(460, await request.StatusAsync(Client));

        using var head = await Client.HeadAsync(upload);
        Assert.Equal(("0", "1", null), (head.Header("Upload-Offset"), head.Header("Upload-Defer-Length"), head.Header("Upload-Length")));
    }

    [Theory]
    [Clause("checksum-4", "MUST", "An algorithm that is not supported is answered 400, and the upload and its offset are as before.")]
    [InlineData("sha3 AAAA")]
    [InlineData("SHA1 qvTGHdzF6KLavt4PO0gs2a6pQ00=")]
    public async Task CHECKSUM_4_another_algorithm_is_refused(string value)
    {
        var upload = await Client.CreateAsync(10);

        using var refused = await TusRequest.Patch(upload, 0, "hello").With(Header, value).SendAsync(Client);

        Assert.Equal((400, "unsupported_checksum_algorithm"), (refused.Status(), await refused.CodeAsync()));
        Assert.Equal(0, await Client.OffsetAsync(upload));
    }

    [Fact]
    [Clause("checksum-5", "MUST", "sha1 is supported, and Tus-Checksum-Algorithm tells all algorithms on OPTIONS, divided by commas.")]
    public async Task CHECKSUM_5_the_algorithms_are_told()
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).SendAsync(Client);

        Assert.Equal("sha1,sha256,sha512,md5,crc32c,xxh128", answer.Header("Tus-Checksum-Algorithm"));
    }

    [Fact]
    [Clause("checksum-6", "MUST", "Names of algorithms are ASCII without capitals.")]
    public async Task CHECKSUM_6_names_have_no_capitals()
    {
        using var answer = await new TusRequest("OPTIONS", TusRequest.Creation).SendAsync(Client);

        Assert.All(answer.Header("Tus-Checksum-Algorithm")!.Split(','), name => Assert.Matches("^[a-z0-9]+$", name));
    }

    [Theory]
    [Clause(
        "checksum-7", "MUST",
        "Upload-Checksum is an algorithm's name, a blank and base64 of the checksum; anything else is answered 400 and changes nothing.")]
    [InlineData("sha1")]
    [InlineData("sha1 ")]
    [InlineData("sha1 ????")]
    [InlineData("sha1 AAAA")]
    [InlineData("sha1  qvTGHdzF6KLavt4PO0gs2a6pQ00=")]
    [InlineData("sha1 aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d")]
    [InlineData("sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=, sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=")]
    public async Task CHECKSUM_7_the_header_has_one_form(string value)
    {
        var upload = await Client.CreateAsync(10);

        using var refused = await TusRequest.Patch(upload, 0, "hello").With(Header, value).SendAsync(Client);

        Assert.Equal((400, "invalid_checksum"), (refused.Status(), await refused.CodeAsync()));
        Assert.Equal(0, await Client.OffsetAsync(upload));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Clause("checksum-8", "SHOULD", "A body that comes with its POST is verified as that of a PATCH; where it does not match, no upload is made.")]
    public async Task CHECKSUM_8_a_body_of_a_POST_is_verified(string algorithm)
    {
        var owner = $"checked-{algorithm}-{server.Port}";
        var wrong = TusRequest.Post(10).Body("hello").With("X-TusUpload-User", owner).With(Header, Of(algorithm, "other"));
        using var refused = await wrong.SendAsync(Client);
        var (_, reserved) = await Client.UsageAsync(owner);
        using var made = await TusRequest.Post(10).Body("hello").With(Header, Of(algorithm, "hello")).SendAsync(Client);

        Assert.Equal((460, null, 0), (refused.Status(), refused.Header("Location"), reserved));
        Assert.Equal((201, "5"), (made.Status(), made.Header("Upload-Offset")));
    }

    [Fact]
    [Clause("checksum-9", "MAY", "Upload-Checksum speaks of the body: in a request that has none it counts for nothing.")]
    public async Task CHECKSUM_9_without_a_body_it_is_not_looked_at()
    {
        using var made = await TusRequest.Post(10).With(Header, Of("sha1", "all of the file")).SendAsync(Client);
        using var odd = await TusRequest.Post(10).With(Header, "nonsense").SendAsync(Client);

        Assert.Equal((201, 201), (made.Status(), odd.Status()));
    }

    [Fact]
    [Clause("checksum-10", "SHOULD", "No bytes at all have a checksum too.")]
    public async Task CHECKSUM_10_an_empty_body_is_verified()
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal(460, await TusRequest.Patch(upload, 0, "").With(Header, Of("sha1", "other")).StatusAsync(Client));
        Assert.Equal(204, await Checked(upload, 0, "", "sha1").StatusAsync(Client));
        Assert.Equal(460, await TusRequest.Post(0).Body("").With(Header, Of("sha1", "other")).StatusAsync(Client));
        Assert.Equal(201, await TusRequest.Post(0).Body("").With(Header, Of("sha1", "")).StatusAsync(Client));
    }

    [Fact]
    [Clause("checksum-11", "SHOULD", "After a mismatch the right bytes are taken at the same offset.")]
    public async Task CHECKSUM_11_the_right_bytes_are_taken_afterwards()
    {
        var upload = await Client.CreateAsync(5);
        Assert.Equal(460, await TusRequest.Patch(upload, 0, "hullo").With(Header, Of("sha256", "hello")).StatusAsync(Client));
        Assert.Equal(204, await Checked(upload, 0, "hello", "sha256").StatusAsync(Client));

        var file = await Client.EndedFileAsync(upload.Id());

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("hello"u8)), file.GetProperty("sha256").GetString());
    }

    internal static string Of(string name, string body)
    {
        using var running = ChecksumAlgorithms.Find(name)!.Start();
        running.Append(Encoding.Latin1.GetBytes(body));
        return $"{name} {Convert.ToBase64String(running.Finish())}";
    }

    private static TusRequest Checked(Uri upload, long offset, string body, string algorithm) =>
        TusRequest.Patch(upload, offset, body).With(Header, Of(algorithm, body));
}

[Collection<OverHttp1>]
public sealed class ChecksumTestsOverHttp1(Http1Server server) : ChecksumTests(server);

[Collection<OverHttp2>]
public sealed class ChecksumTestsOverHttp2(Http2Server server) : ChecksumTests(server);

[Collection<ThroughNginx>]
public sealed class ChecksumTestsThroughNginx(NginxServer server) : ChecksumTests(server);

[Collection<ThroughHAProxy>]
public sealed class ChecksumTestsThroughHAProxy(HAProxyServer server) : ChecksumTests(server);

[Collection<ThroughCaddy>]
public sealed class ChecksumTestsThroughCaddy(CaddyServer server) : ChecksumTests(server);
