using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.Protocol.Checksums;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>checksum-trailer: the checksum comes after the body.</summary>
public abstract class ChecksumTrailerTests(ConformanceServer server)
{
    private const string Header = "Upload-Checksum";

    public static TheoryData<string> Algorithms => [.. ChecksumAlgorithms.All.Select(algorithm => algorithm.Name)];

    private HttpClient Client => server.Http;

    protected int Port => server.Port;

    [Fact]
    [Clause("checksum-trailer-1", "MUST", "Tus-Extension lists checksum-trailer.")]
    public async Task CHECKSUM_TRAILER_1_is_advertised() => Assert.Contains("checksum-trailer", await Client.ExtensionsAsync());

    [Theory]
    [MemberData(nameof(Algorithms))]
    [Clause(
        "checksum-trailer-2", "MUST",
        "A trailer that Trailer announced is the body's checksum: 204 where it matches, and 460 and nothing kept where it does not.")]
    public async Task CHECKSUM_TRAILER_2_the_body_is_verified_by_its_trailer(string algorithm)
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal((460, 0), await SendAsync(upload, 0, "hello", ChecksumTests.Of(algorithm, "other")));
        Assert.Equal((204, 5), await SendAsync(upload, 0, "hello", ChecksumTests.Of(algorithm, "hello")));
        Assert.Equal((460, 5), await SendAsync(upload, 5, "world", ChecksumTests.Of(algorithm, "hello")));
        Assert.Equal((204, 5), await SendAsync(upload, 5, "", ChecksumTests.Of(algorithm, "")));
        Assert.Equal((204, 10), await SendAsync(upload, 5, "world", ChecksumTests.Of(algorithm, "world")));
    }

    [Theory]
    [Clause(
        "checksum-trailer-3", "MUST",
        "A trailer that was announced and does not come, or cannot be read, is answered 400, and nothing of the body is kept.")]
    [InlineData(null)]
    [InlineData("sha1")]
    [InlineData("sha1 AAAA")]
    [InlineData("sha3 AAAA")]
    public async Task CHECKSUM_TRAILER_3_an_announced_trailer_has_to_come(string? trailer)
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal((400, 0), await SendAsync(upload, 0, "hello", trailer));
    }

    [Fact]
    [Clause("checksum-trailer-4", "MUST", "A checksum in the head and one announced as a trailer are two for one body: 400, and nothing is kept.")]
    public async Task CHECKSUM_TRAILER_4_one_body_has_one_checksum()
    {
        var upload = await Client.CreateAsync(10);
        var right = ChecksumTests.Of("sha1", "hello");

        Assert.Equal((400, 0), await SendAsync(upload, 0, "hello", right, (Header, right)));
    }

    [Fact]
    [Clause("checksum-trailer-5", "MUST", "Trailers are announced; one that was not counts for nothing.")]
    public async Task CHECKSUM_TRAILER_5_an_unannounced_trailer_is_not_looked_at()
    {
        var upload = await Client.CreateAsync(10);

        Assert.Equal((204, 5), await SendAsync(upload, 0, "hello", ChecksumTests.Of("sha1", "other"), announced: "X-Other"));
    }

    [Fact]
    [Clause("checksum-trailer-6", "SHOULD", "A body that comes with its POST may have its checksum after it.")]
    public async Task CHECKSUM_TRAILER_6_a_POST_may_have_one()
    {
        Assert.Equal(460, await SendAsync("POST", "/uploads", "hello", ChecksumTests.Of("sha256", "other"), ("Upload-Length", "5")));
        Assert.Equal(201, await SendAsync("POST", "/uploads", "hello", ChecksumTests.Of("sha256", "hello"), ("Upload-Length", "5")));
        Assert.Equal(460, await SendAsync("POST", "/uploads", "", ChecksumTests.Of("sha512", "other"), ("Upload-Length", "0")));
        Assert.Equal(201, await SendAsync("POST", "/uploads", "", ChecksumTests.Of("sha512", ""), ("Upload-Length", "0")));
    }

    /// <summary>Sends a body of unknown length, an announcement and a trailer; the status.</summary>
    protected abstract Task<int> SendAsync(
        string method, string path, string body, (string Name, string Value)[] headers, (string Name, string Value)? trailer);

    private async Task<(int Status, long Offset)> SendAsync(
        Uri upload, long offset, string body, string? trailer, (string, string)? more = null, string announced = Header)
    {
        List<(string, string)> headers =
            [("Upload-Offset", offset.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("Trailer", announced)];
        if (more is { } one)
        {
            headers.Add(one);
        }

        var status = await SendAsync("PATCH", upload.OriginalString, body, Tus([.. headers]), trailer is null ? null : (Header, trailer));
        return (status, await Client.OffsetAsync(upload));
    }

    private Task<int> SendAsync(string method, string path, string body, string trailer, (string, string) header) =>
        SendAsync(method, path, body, Tus([header, ("Trailer", $"X-Other, {Header}")]), (Header, trailer));

    private static (string, string)[] Tus((string, string)[] headers) =>
        [("Tus-Resumable", "1.0.0"), ("Content-Type", TusRequest.Bytes), .. headers];
}
