namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class CreateUploadTests
{
    public static TheoryData<string[], int, string?> Requests => new()
    {
        { ["Upload-Length: 10"], 201, null },
        { ["Upload-Length: 0"], 201, null },
        { ["Upload-Defer-Length: 1"], 201, null },
        { ["Upload-Length: 100"], 201, null },
        { ["Upload-Length: 101"], 413, "upload_too_large" },
        { [], 400, "length_required" },
        { ["Upload-Length: 10", "Upload-Defer-Length: 1"], 400, "length_required" },
        { ["Upload-Defer-Length: 2"], 400, "length_required" },
        { ["Upload-Length: -1"], 400, "invalid_length" },
        { ["Upload-Length: +1"], 400, "invalid_length" },
        { ["Upload-Length: 1.0"], 400, "invalid_length" },
        { ["Upload-Length: 0x10"], 400, "invalid_length" },
        { ["Upload-Length: "], 400, "invalid_length" },
        { ["Upload-Length: 9223372036854775808"], 400, "invalid_length" },
        { ["Upload-Length: 9223372036854775807"], 413, "upload_too_large" },
        { ["Upload-Length: 1", "Upload-Length: 1"], 400, "invalid_length" },
        { ["Upload-Length: 1", "Upload-Metadata: filename"], 201, null },
        { ["Upload-Length: 1", "Upload-Metadata: filename !"], 400, "invalid_metadata" },
        { ["Upload-Length: 1", "Content-Type: text/plain"], 201, null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_creation_is_answered_by_its_form(string[] headers, int status, string? code)
    {
        await using var server = await TusServer.StartAsync(options => options.MaxSize = 100);

        var answer = await server.TusAsync("POST", "/uploads", "", headers);

        Assert.Equal((status, code), (answer.Status, answer.Code));
        Assert.Equal("1.0.0", answer["Tus-Resumable"]);
    }

    [Fact]
    public async Task The_location_is_a_path_with_the_path_base()
    {
        await using var server = await TusServer.StartAsync(pipeline: app =>
        {
            Microsoft.AspNetCore.Builder.UsePathBaseExtensions.UsePathBase(app, "/base");
            Microsoft.AspNetCore.Builder.EndpointRoutingApplicationBuilderExtensions.UseRouting(app);
            TusUpload.Protocol.TusEndpointRouteBuilderExtensions.MapTus(app);
        });

        var answer = await server.TusAsync("POST", "/base/uploads/", "", "Upload-Length: 1");

        Assert.StartsWith("/base/uploads/", answer["Location"], StringComparison.Ordinal);
        Assert.True(server.Store.Has(Guid.Parse(answer["Location"]!["/base/uploads/".Length..])));
        Assert.Equal("Fri, 01 Jan 1971 00:00:00 GMT", answer["Upload-Expires"]);
        Assert.Null(answer["Upload-Offset"]);
    }

    [Fact]
    public async Task Bytes_sent_along_are_kept_and_counted()
    {
        await using var server = await TusServer.StartAsync();

        var part = await server.TusAsync("POST", "/uploads", "hello", "Upload-Length: 10");
        var whole = await server.TusAsync("POST", "/uploads", "hello", "Upload-Length: 5");
        var deferred = await server.TusAsync("POST", "/uploads", "hello", "Upload-Defer-Length: 1");

        Assert.Equal((201, "5"), (part.Status, part["Upload-Offset"]));
        Assert.NotNull(part["Upload-Expires"]);
        Assert.Equal((201, "5"), (whole.Status, whole["Upload-Offset"]));
        Assert.Null(whole["Upload-Expires"]);
        Assert.Equal((201, "5"), (deferred.Status, deferred["Upload-Offset"]));
        Assert.Equal("hello"u8.ToArray(), server.Store.ContentOf(Guid.Parse(part["Location"]!["/uploads/".Length..])));
    }

    [Theory]
    [InlineData("Content-Type: text/plain", 415, "wrong_content_type")]
    [InlineData("Accept: x", 415, "wrong_content_type")]
    [InlineData("Content-Type: Application/Offset+Octet-Stream; v=1", 413, "body_too_long")]
    public async Task A_body_that_cannot_belong_to_the_upload_is_refused(string header, int status, string code)
    {
        await using var server = await TusServer.StartAsync();

        var answer = await server.SendAsync("POST", "/uploads", "hello", "Tus-Resumable: 1.0.0", "Upload-Length: 4", header);

        Assert.Equal((status, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_chunked_body_longer_than_the_upload_is_refused()
    {
        await using var server = await TusServer.StartAsync();
        await using var connection = server.Connect();

        await connection.SendAsync(
            "POST /uploads HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 4\r\nTransfer-Encoding: chunked\r\n"
            + TusServer.Bytes + "\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        var answer = await connection.ReadAsync();

        Assert.Equal((413, "body_too_long", "4"), (answer.Status, answer.Code, answer["Upload-Offset"]));
    }
}
