using TusUpload.Protocol;

namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class ChunkSizesTests
{
    [Fact]
    public async Task They_are_told_by_OPTIONS_and_POST_and_pages_may_read_them()
    {
        await using var server = await TusServer.StartAsync();

        foreach (var answer in (RawAnswer[])
        [
            await server.SendAsync("OPTIONS", "/uploads", ""),
            await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1", "Origin: https://app.example"),
        ])
        {
            Assert.Equal(("67108864", "94371840"), (answer["Tus-Recommended-Chunk-Size"], answer["Tus-Max-Chunk-Size"]));
        }

        var post = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1", "Origin: https://app.example");
        Assert.Contains("Tus-Recommended-Chunk-Size, Tus-Max-Chunk-Size", post["Access-Control-Expose-Headers"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100L, 10L, "10", "10")]
    [InlineData(10L, 100L, "10", "100")]
    [InlineData(null, 100L, null, "100")]
    [InlineData(10L, null, "10", null)]
    [InlineData(null, null, null, null)]
    public async Task What_is_recommended_is_never_more_than_the_most(long? recommended, long? most, string? told, string? toldMost)
    {
        await using var server = await TusServer.StartAsync(
            options => (options.RecommendedChunkSize, options.MaxChunkSize) = (recommended, most));

        var answer = await server.SendAsync("OPTIONS", "/uploads", "");

        Assert.Equal((told, toldMost), (answer["Tus-Recommended-Chunk-Size"], answer["Tus-Max-Chunk-Size"]));
    }

    [Fact]
    public async Task Longer_bodies_are_taken_unless_the_limit_is_enforced()
    {
        await using var server = await TusServer.StartAsync(options => options.MaxChunkSize = 4);

        Assert.Equal("5", (await server.TusAsync("POST", "/uploads", "hello", "Upload-Length: 10"))["Upload-Offset"]);
    }

    [Fact]
    public async Task Where_it_is_enforced_a_longer_body_is_refused_before_its_bytes()
    {
        await using var server = await TusServer.StartAsync(Enforce);
        var upload = (await server.TusAsync("POST", "/uploads", "", "Upload-Length: 10"))["Location"]!;

        await using var connection = server.Connect();
        await connection.SendAsync(
            $"PATCH {upload} HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\n{TusServer.Bytes}\r\n"
            + "Upload-Offset: 0\r\nContent-Length: 5\r\n\r\n");
        var patch = await connection.ReadAsync();
        var post = await server.TusAsync("POST", "/uploads", "hello", "Upload-Length: 10");

        Assert.Equal((413, "chunk_too_large", "4"), (patch.Status, patch.Code, patch["Tus-Max-Chunk-Size"]));
        Assert.Equal((413, "chunk_too_large", null), (post.Status, post.Code, post["Location"]));
        Assert.Equal((204, "4"), await PatchAsync(server, upload, "Content-Length: 4", "hell"));
    }

    [Theory]
    [InlineData("4\r\nhell\r\n0\r\n\r\n", 204, "4")]
    [InlineData("4\r\nhell\r\n1\r\no\r\n0\r\n\r\n", 423, "4")]
    [InlineData("a\r\nhelloworld\r\n0\r\n\r\n", 423, "4")]
    public async Task Where_it_is_enforced_a_body_of_untold_length_is_cut_and_what_fits_is_kept(string body, int status, string offset)
    {
        await using var server = await TusServer.StartAsync(Enforce);
        var upload = (await server.TusAsync("POST", "/uploads", "", "Upload-Length: 10"))["Location"]!;

        Assert.Equal((status, offset), await PatchAsync(server, upload, "Transfer-Encoding: chunked", body));

        var head = await server.TusAsync("HEAD", upload, "");
        Assert.Equal(offset, head["Upload-Offset"]);
    }

    [Fact]
    public async Task Bytes_beyond_the_upload_stay_fatal()
    {
        await using var server = await TusServer.StartAsync(Enforce);
        var upload = (await server.TusAsync("POST", "/uploads", "", "Upload-Length: 4"))["Location"]!;

        Assert.Equal(413, (await PatchAsync(server, upload, "Transfer-Encoding: chunked", "5\r\nhello\r\n0\r\n\r\n")).Status);
    }

    [Fact]
    public async Task Where_it_is_enforced_a_POST_keeps_what_fits_and_tells_where_to_go_on()
    {
        await using var server = await TusServer.StartAsync(Enforce);
        await using var connection = server.Connect();

        await connection.SendAsync(
            $"POST /uploads HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\n{TusServer.Bytes}\r\n"
            + "Upload-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n"
            + "a\r\nhelloworld\r\n0\r\n\r\n");
        var answer = await connection.ReadAsync();

        Assert.Equal((201, "4"), (answer.Status, answer["Upload-Offset"]));
    }

    private static void Enforce(TusOptions options) => (options.MaxChunkSize, options.EnforceMaxChunkSize) = (4, true);

    private static async Task<(int Status, string? Offset)> PatchAsync(TusServer server, string upload, string framing, string body)
    {
        await using var connection = server.Connect();
        await connection.SendAsync(
            $"PATCH {upload} HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\n{TusServer.Bytes}\r\n"
            + $"Upload-Offset: 0\r\n{framing}\r\n\r\n{body}");
        var answer = await connection.ReadAsync();
        return (answer.Status, answer["Upload-Offset"]);
    }
}
