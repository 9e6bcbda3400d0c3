using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>Content-Digest (RFC 9530): what one body hashes to.</summary>
public abstract class ContentDigestTests(ConformanceServer server)
{
    private const string Field = "Content-Digest";
    private const string Unknown = "crc32c=:AAAAAA==:";

    private HttpClient Client => server.Http;

    public static TheoryData<string> Good => new(
        Sha256("world"), Sha512("world"), $"{Unknown}, {Sha256("world")}, {Sha512("world")}", Unknown, $"{Sha256("other")}, {Sha512("world")}");

    public static TheoryData<string, string> Bad => new()
    {
        { Sha256("other"), "digest_mismatch" },
        { Sha512("other"), "digest_mismatch" },
        { $"{Sha256("world")}, {Unknown}, {Sha512("other")}", "digest_mismatch" },
        { "sha-256=:AAAA:", "invalid_digest" },
        { "sha-512=1", "invalid_digest" },
    };

    [Theory]
    [Clause("ietf-digest-4", "SHOULD", "A body with its Content-Digest is appended; algorithms that are not known count for nothing.")]
    [MemberData(nameof(Good))]
    public async Task IETF_DIGEST_4_a_body_with_its_digest_is_appended(string digest)
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);
        using var first = await IetfRequests.Append(upload, 0, false, "hello").With(Field, Sha256("hello")).SendAsync(Client);
        using var last = await IetfRequests.Append(upload, 5, true, "world").With(Field, digest).SendAsync(Client);

        Assert.Equal((204, 5), (first.Status(), first.Offset()));
        Assert.Equal((201, 10, true), (last.Status(), last.Offset(), last.Completeness()));
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData("helloworld"u8)), (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Theory]
    [Clause("ietf-digest-5", "SHOULD", "Of a body that does not have its Content-Digest nothing is appended; of several algorithms the strongest counts.")]
    [MemberData(nameof(Bad))]
    public async Task IETF_DIGEST_5_of_a_body_with_another_digest_nothing_is_appended(string digest, string code)
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "hello").StatusAsync(Client));
        using var refused = await IetfRequests.Append(upload, 5, true, "world").With(Field, digest).SendAsync(Client);
        using var stands = await IetfRequests.Head(upload).SendAsync(Client);

        Assert.Equal((400, code, false), (refused.Status(), await CodeAsync(refused), refused.Completeness()));
        Assert.Equal(code == "digest_mismatch" ? "5" : null, refused.Header("Upload-Offset"));
        Assert.Equal((204, 5, false), (stands.Status(), stands.Offset(), stands.Completeness()));
        Assert.Equal(201, await IetfRequests.Append(upload, 5, true, "world").StatusAsync(Client));
    }

    [Theory]
    [Clause("ietf-digest-6", "SHOULD", "A length that comes with a body that does not have its Content-Digest is not kept either.")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IETF_DIGEST_6_a_length_that_comes_with_other_bytes_is_not_kept(bool completes)
    {
        var upload = await IetfRequests.MakeAsync(Client);
        var wrong = IetfRequests.Append(upload, 0, completes, "hello").With(Field, Sha256("other"));
        using var refused = await (completes ? wrong : wrong.With("Upload-Length", "7")).SendAsync(Client);
        using var stands = await IetfRequests.Head(upload).SendAsync(Client);
        using var last = await IetfRequests.Append(upload, 0, true, "helloworld").With(Field, Sha512("helloworld")).SendAsync(Client);

        Assert.Equal((400, 0, false), (refused.Status(), refused.Offset(), refused.Completeness()));
        Assert.Equal((0, null), (stands.Offset(), stands.Header("Upload-Length")));
        Assert.Equal((201, 10, true), (last.Status(), last.Offset(), last.Completeness()));
    }

    [Theory]
    [Clause("ietf-digest-7", "SHOULD", "A first request whose body does not have its Content-Digest makes no upload.")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IETF_DIGEST_7_a_first_body_with_another_digest_makes_no_upload(bool completes)
    {
        using var refused = await IetfRequests.Post(completes, "hello").With(Field, Sha256("other")).SendAsync(Client);
        using var made = await IetfRequests.Post(completes, "hello").With(Field, Sha256("hello")).SendAsync(Client);
        using var empty = await IetfRequests.Post(completes, "").With(Field, Sha256("")).SendAsync(Client);

        Assert.Equal((400, "digest_mismatch", false), (refused.Status(), await CodeAsync(refused), refused.Completeness()));
        Assert.Null(refused.Headers.Location);
        Assert.Equal((201, 5, completes), (made.Status(), made.Offset(), made.Completeness()));
        Assert.Equal((201, 0, completes), (empty.Status(), empty.Offset(), empty.Completeness()));
    }

    [Fact]
    [Clause("ietf-tus-4", "MAY", "Content-Digest counts in tus as well, as Upload-Checksum does; both at once are refused.")]
    public async Task IETF_TUS_4_content_digest_counts_in_tus_as_well()
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal(460, await TusRequest.Patch(upload, 0, "hello").With(Field, Sha512("other")).StatusAsync(Client));
        Assert.Equal(400, await TusRequest.Patch(upload, 0, "hello").With(Field, "sha-256=:AA==:").StatusAsync(Client));
        using var both = await TusRequest.Patch(upload, 0, "hello").With(Field, Sha512("hello"))
            .With("Upload-Checksum", "sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=").SendAsync(Client);
        Assert.Equal((400, "two_checksums"), (both.Status(), await CodeAsync(both)));
        Assert.Equal(0, await Client.OffsetAsync(upload));
        Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").With(Field, Sha512("hello")).StatusAsync(Client));
        Assert.Equal(460, await TusRequest.Post(5).Body("hello").With(Field, Sha256("other")).StatusAsync(Client));
        Assert.Equal(201, await TusRequest.Post(5).Body("hello").With(Field, Sha256("hello")).StatusAsync(Client));
    }

    private static string Sha256(string text) => $"sha-256=:{Convert.ToBase64String(SHA256.HashData(Encoding.ASCII.GetBytes(text)))}:";

    private static string Sha512(string text) => $"sha-512=:{Convert.ToBase64String(SHA512.HashData(Encoding.ASCII.GetBytes(text)))}:";

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement.GetProperty("code").GetString();
}

[Collection<OverHttp1>]
public sealed class ContentDigestTestsOverHttp1(Http1Server server) : ContentDigestTests(server);

[Collection<OverHttp2>]
public sealed class ContentDigestTestsOverHttp2(Http2Server server) : ContentDigestTests(server);

[Collection<ThroughNginx>]
public sealed class ContentDigestTestsThroughNginx(NginxServer server) : ContentDigestTests(server);

[Collection<ThroughHAProxy>]
public sealed class ContentDigestTestsThroughHAProxy(HAProxyServer server) : ContentDigestTests(server);

[Collection<ThroughCaddy>]
public sealed class ContentDigestTestsThroughCaddy(CaddyServer server) : ContentDigestTests(server);
