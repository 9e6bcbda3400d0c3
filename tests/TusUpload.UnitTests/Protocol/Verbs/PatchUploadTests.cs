using TusUpload.Protocol.Errors;

namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class PatchUploadTests
{
    public static TheoryData<string[], int, string?> Requests => new()
    {
        { [TusServer.Bytes, "Upload-Offset: 3"], 204, null },
        { ["Content-Type: APPLICATION/offset+octet-stream ; a=b", "Upload-Offset: 3"], 204, null },
        { ["Upload-Offset: 3"], 415, "wrong_content_type" },
        { ["Content-Type: application/octet-stream", "Upload-Offset: 3"], 415, "wrong_content_type" },
        { [TusServer.Bytes], 400, "invalid_offset" },
        { [TusServer.Bytes, "Upload-Offset: -3"], 400, "invalid_offset" },
        { [TusServer.Bytes, "Upload-Offset: +3"], 400, "invalid_offset" },
        { [TusServer.Bytes, "Upload-Offset: 3,3"], 400, "invalid_offset" },
        { [TusServer.Bytes, "Upload-Offset: 3", "Upload-Offset: 3"], 400, "invalid_offset" },
        { [TusServer.Bytes, "Upload-Offset: 99999999999999999999"], 400, "invalid_offset" },
        { [TusServer.Bytes, "Upload-Offset: 2"], 409, "offset_mismatch" },
        { [TusServer.Bytes, "Upload-Offset: 9223372036854775807"], 409, "offset_mismatch" },
        { [TusServer.Bytes, "Upload-Offset: 3", "Upload-Length: x"], 400, "invalid_length" },
        { [TusServer.Bytes, "Upload-Offset: 3", "Upload-Length: 11"], 400, "length_already_set" },
        { [TusServer.Bytes, "Upload-Offset: 3", "Upload-Length: 9223372036854775807"], 413, "upload_too_large" },
        { [TusServer.Bytes, "Upload-Offset: 3", "Upload-Length: 10"], 204, null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_patch_is_answered_by_its_form(string[] headers, int status, string? code)
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10, null, "hey");

        var answer = await server.SendAsync("PATCH", $"/uploads/{id}", "you", ["Tus-Resumable: 1.0.0", .. headers]);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal(status == 204 ? 6 : 3, server.Store.OffsetOf(id));
        Assert.Equal(status switch { 204 => "6", 409 => "3", _ => null }, answer["Upload-Offset"]);
        Assert.Equal(status is 204 or 409, answer["Upload-Expires"] is not null);
    }

    [Fact]
    public async Task A_body_past_the_length_is_refused_and_a_chunked_one_is_cut_there()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(4);
        await using var connection = server.Connect();

        var told = await server.TusAsync("PATCH", $"/uploads/{id}", "hello", "Upload-Offset: 0");
        await connection.SendAsync(Chunked(id, 0) + "5\r\nhello\r\n0\r\n\r\n");
        var untold = await connection.ReadAsync();

        Assert.Equal((413, "body_too_long"), (told.Status, told.Code));
        Assert.Equal((413, "body_too_long", "4"), (untold.Status, untold.Code, untold["Upload-Offset"]));
        Assert.Equal("hell"u8.ToArray(), server.Store.ContentOf(id));
    }

    [Fact]
    public async Task A_chunked_body_is_appended_and_the_connection_stays()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);
        await using var connection = server.Connect();

        await connection.SendAsync(Chunked(id, 0) + "5\r\nhello\r\n0\r\n\r\n");
        var first = await connection.ReadAsync();
        await connection.SendAsync(Chunked(id, 5) + "2\r\nyo\r\n3\r\nyou\r\n0\r\n\r\n");
        var second = await connection.ReadAsync();

        Assert.Equal((204, "5"), (first.Status, first["Upload-Offset"]));
        Assert.Equal((204, "10"), (second.Status, second["Upload-Offset"]));
        Assert.Null(second["Upload-Expires"]);
        Assert.Equal("helloyoyou"u8.ToArray(), server.Store.ContentOf(id));
    }

    [Fact]
    public async Task A_deferred_length_may_come_with_any_patch_and_the_largest_size_holds_without_one()
    {
        await using var server = await TusServer.StartAsync(options => options.MaxSize = 8);
        var told = server.Store.Add(null, null, "hey");
        var untold = server.Store.Add(null, null, "hey");

        var length = await server.TusAsync("PATCH", $"/uploads/{told}", "you", "Upload-Offset: 3", "Upload-Length: 6");
        var excess = await server.TusAsync("PATCH", $"/uploads/{untold}", "123456", "Upload-Offset: 3");

        Assert.Equal((204, "6"), (length.Status, length["Upload-Offset"]));
        Assert.Null(length["Upload-Expires"]);
        Assert.Equal((413, "body_too_long", "8"), (excess.Status, excess.Code, excess["Upload-Offset"]));
    }

    [Fact]
    public async Task A_length_that_comes_with_a_stale_offset_is_not_taken()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(null, null, "hey");

        var patch = await server.TusAsync("PATCH", $"/uploads/{id}", "you", "Upload-Offset: 0", "Upload-Length: 3");
        var head = await server.TusAsync("HEAD", $"/uploads/{id}", "");

        Assert.Equal((409, "offset_mismatch"), (patch.Status, patch.Code));
        Assert.Equal(("1", null, "3"), (head["Upload-Defer-Length"], head["Upload-Length"], head["Upload-Offset"]));
    }

    [Theory]
    [InlineData("/uploads", 405, "method_not_allowed")]
    [InlineData("/uploads/no-id", 404, "upload_not_found")]
    [InlineData("/uploads/0192d7c0-0000-7000-8000-000000000000", 404, "upload_not_found")]
    public async Task A_patch_of_nothing_is_refused(string path, int status, string code)
    {
        await using var server = await TusServer.StartAsync();

        var answer = await server.TusAsync("PATCH", path, "hello", "Upload-Offset: 0");

        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Too_many_requests_is_never_said_to_a_patch()
    {
        await using var server = await TusServer.StartAsync();
        server.Store.Refusal = new TusError(429, "slow_down", "Slow down.");

        var answer = await server.TusAsync("PATCH", $"/uploads/{server.Store.Add(5)}", "hello", "Upload-Offset: 0");

        Assert.Equal((503, "slow_down", "1"), (answer.Status, answer.Code, answer["Retry-After"]));
    }

    private static string Chunked(Guid id, int offset) =>
        $"PATCH /uploads/{id} HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        + $"Transfer-Encoding: chunked\r\n{TusServer.Bytes}\r\n\r\n";
}
