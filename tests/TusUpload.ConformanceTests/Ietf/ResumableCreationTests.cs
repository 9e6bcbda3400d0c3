using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>POST, PUT and PATCH of the creating resource.</summary>
public abstract class ResumableCreationTests(ConformanceServer server)
{
    private const string HelloDigest = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

    private HttpClient Client => server.Http;

    [Theory]
    [Clause("ietf-create-1", "SHOULD", "A request that says Upload-Complete ?1 and arrives whole makes a complete upload, whatever its method.")]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task IETF_CREATE_1_one_request_makes_a_complete_upload(string method)
    {
        using var answer = await IetfRequests.Plain(method, TusRequest.Creation)
            .With("Upload-Complete", "?1").Body("hello", "text/plain").SendAsync(Client);

        Assert.Equal((201, true, 5), (answer.Status(), answer.Completeness(), answer.Offset()));
        var file = await Client.EndedFileAsync(answer.Headers.Location!.Id());
        Assert.Equal("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", file.GetProperty("sha256").GetString());
    }

    [Fact]
    [Clause("ietf-create-2", "MUST", "A request that says Upload-Complete ?0 is answered with Location, Upload-Limit and Upload-Complete ?0.")]
    public async Task IETF_CREATE_2_a_first_part_is_answered_with_the_address()
    {
        using var answer = await IetfRequests.Post(completes: false, "hello").SendAsync(Client);

        Assert.Equal((201, false, 5), (answer.Status(), answer.Completeness(), answer.Offset()));
        Assert.NotNull(answer.Headers.Location);
        Assert.NotNull(answer.Header("Upload-Limit"));
    }

    [Fact]
    [Clause("ietf-create-3", "MUST", "The length is recorded, from Upload-Length or from Content-Length under ?1.")]
    public async Task IETF_CREATE_3_the_length_is_recorded()
    {
        using var answer = await IetfRequests.Post(completes: false, "hello").With("Upload-Length", "10").SendAsync(Client);
        using var told = await IetfRequests.Head(answer.Headers.Location!).SendAsync(Client);
        using var whole = await IetfRequests.Post(completes: true, "hello").SendAsync(Client);
        using var counted = await IetfRequests.Head(whole.Headers.Location!).SendAsync(Client);

        Assert.Equal(("10", "5"), (told.Header("Upload-Length"), counted.Header("Upload-Length")));
    }

    [Fact]
    [Clause("ietf-create-4", "MUST", "Lengths that do not agree are refused, and make no upload.")]
    public async Task IETF_CREATE_4_lengths_that_disagree_are_refused()
    {
        using var shorter = await IetfRequests.Post(completes: true, "hello").With("Upload-Length", "6").SendAsync(Client);
        using var longer = await IetfRequests.Post(completes: false, "hello").With("Upload-Length", "4").SendAsync(Client);

        Assert.Equal((400, 400, false), (shorter.Status(), longer.Status(), shorter.Completeness()));
        Assert.Contains("#inconsistent-upload-length\"", await longer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Null(shorter.Headers.Location);
    }

    [Theory]
    [Clause("ietf-create-5", "MUST", "No content makes an empty upload, under ?1 a complete one.")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IETF_CREATE_5_no_content_makes_an_empty_upload(bool completes)
    {
        using var answer = await IetfRequests.Post(completes, null).SendAsync(Client);

        Assert.Equal((201, 0, completes), (answer.Status(), answer.Offset(), answer.Completeness()));
    }

    [Fact]
    [Clause("ietf-create-6", "SHOULD", "What is over a limit is refused with 413 and the limits.")]
    public async Task IETF_CREATE_6_what_is_too_large_is_told_the_limits()
    {
        using var answer = await IetfRequests.Post(completes: false, null)
            .With("Upload-Length", (ConformanceServer.MaxSize + 1).ToString(System.Globalization.CultureInfo.InvariantCulture)).SendAsync(Client);

        Assert.Equal(413, answer.Status());
        Assert.StartsWith($"max-size={ConformanceServer.MaxSize}", answer.Header("Upload-Limit"), StringComparison.Ordinal);
    }

    [Fact]
    [Clause("ietf-digest-1", "SHOULD", "An upload that does not have the Repr-Digest that was promised when it was made is not taken.")]
    public async Task IETF_DIGEST_1_a_promise_that_is_not_kept_ends_the_file()
    {
        using var kept = await IetfRequests.Post(completes: true, "hello")
            .With("Repr-Digest", $"md5=:AAAA:, sha-256=:{HelloDigest}:").SendAsync(Client);
        using var broken = await IetfRequests.Post(completes: true, "world").With("Repr-Digest", $"sha-256=:{HelloDigest}:").SendAsync(Client);
        using var stronger = await IetfRequests.Post(completes: true, "world").With("Repr-Digest", $"sha-512=:{Base64Of512("hello")}:").SendAsync(Client);
        using var twofold = await IetfRequests.Post(completes: true, "hello").With("Repr-Digest", $"sha-256=:{HelloDigest}:")
            .With("Upload-Metadata", "sha256 " + Convert.ToBase64String(System.Text.Encoding.ASCII.GetBytes(new string('0', 64)))).SendAsync(Client);

        Assert.Equal("ready", (await Client.EndedFileAsync(kept.Headers.Location!.Id())).GetProperty("processingStatus").GetString());
        Assert.Equal("rejected", (await Client.EndedFileAsync(broken.Headers.Location!.Id())).GetProperty("processingStatus").GetString());
        Assert.Equal("rejected", (await Client.EndedFileAsync(stronger.Headers.Location!.Id())).GetProperty("processingStatus").GetString());
        Assert.Equal(400, twofold.Status());
    }

    [Theory]
    [Clause("ietf-digest-2", "SHOULD", "A client that wants Repr-Digest gets it with the answer that completes the upload.")]
    [InlineData("sha-256=3, sha-512=10", true)]
    [InlineData("sha-256=0", false)]
    [InlineData("md5=1", false)]
    public async Task IETF_DIGEST_2_the_digest_is_answered_where_it_is_wanted(string wanted, bool given)
    {
        using var answer = await IetfRequests.Post(completes: true, "hello").With("Want-Repr-Digest", wanted).SendAsync(Client);

        Assert.Equal(given ? $"sha-256=:{HelloDigest}:" : null, answer.Header("Repr-Digest"));
    }

    [Theory]
    [Clause("ietf-digest-3", "SHOULD", "The digest that is wanted comes also where a last request without bytes completes the upload.")]
    [InlineData(5L)]
    [InlineData(null)]
    public async Task IETF_DIGEST_3_the_digest_is_answered_where_no_byte_completes(long? length)
    {
        var upload = await IetfRequests.MakeAsync(Client, length: length);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "hello").StatusAsync(Client));
        using var last = await IetfRequests.Append(upload, 5, true, "").With("Want-Repr-Digest", "sha-256=1").SendAsync(Client);

        Assert.Equal((201, true, $"sha-256=:{HelloDigest}:"), (last.Status(), last.Completeness(), last.Header("Repr-Digest")));
    }

    [Theory]
    [Clause("ietf-create-7", "MAY", "Content-Disposition names the file and Content-Type its type.")]
    [InlineData("inline; filename=\"plain name.txt\"", "plain name.txt")]
    [InlineData("attachment; filename=\"n.txt\"; filename*=UTF-8''%c3%a4%20b.txt", "ä b.txt")]
    public async Task IETF_CREATE_7_the_file_is_named_by_its_disposition(string disposition, string name)
    {
        using var answer = await IetfRequests.Post(completes: true, "hello").With("Content-Disposition", disposition).SendAsync(Client);

        var file = await Client.EndedFileAsync(answer.Headers.Location!.Id());
        Assert.Equal((name, "text/plain"), (file.GetProperty("fileName").GetString(), file.GetProperty("contentType").GetString()));
    }

    private static string Base64Of512(string text) =>
        Convert.ToBase64String(System.Security.Cryptography.SHA512.HashData(System.Text.Encoding.ASCII.GetBytes(text)));
}

[Collection<OverHttp1>]
public sealed class ResumableCreationTestsOverHttp1(Http1Server server) : ResumableCreationTests(server);

[Collection<OverHttp2>]
public sealed class ResumableCreationTestsOverHttp2(Http2Server server) : ResumableCreationTests(server);

[Collection<ThroughNginx>]
public sealed class ResumableCreationTestsThroughNginx(NginxServer server) : ResumableCreationTests(server);

[Collection<ThroughHAProxy>]
public sealed class ResumableCreationTestsThroughHAProxy(HAProxyServer server) : ResumableCreationTests(server);

[Collection<ThroughCaddy>]
public sealed class ResumableCreationTestsThroughCaddy(CaddyServer server) : ResumableCreationTests(server);
