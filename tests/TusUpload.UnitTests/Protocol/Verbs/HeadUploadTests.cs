using TusUpload.Protocol.Errors;

namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class HeadUploadTests
{
    [Fact]
    public async Task Head_tells_where_the_upload_stands()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10, " a aGk=,b", "hey");

        var answer = await server.TusAsync("HEAD", $"/uploads/{id}", "");

        Assert.Equal((200, "3", "10"), (answer.Status, answer["Upload-Offset"], answer["Upload-Length"]));
        Assert.Equal("a aGk=,b", answer["Upload-Metadata"]);
        Assert.Equal("Fri, 01 Jan 1971 00:00:00 GMT", answer["Upload-Expires"]);
        Assert.Equal("no-store", answer["Cache-Control"]);
        Assert.Null(answer["Upload-Defer-Length"]);
    }

    [Fact]
    public async Task A_deferred_length_is_told_as_such_and_a_complete_upload_does_not_expire()
    {
        await using var server = await TusServer.StartAsync();

        var deferred = await server.TusAsync("HEAD", $"/uploads/{server.Store.Add(null)}", "");
        var complete = await server.TusAsync("HEAD", $"/uploads/{server.Store.Add(2, null, "ok")}", "");

        Assert.Equal(("1", "0"), (deferred["Upload-Defer-Length"], deferred["Upload-Offset"]));
        Assert.Null(deferred["Upload-Length"]);
        Assert.Null(deferred["Upload-Metadata"]);
        Assert.Equal(("2", "2"), (complete["Upload-Offset"], complete["Upload-Length"]));
        Assert.Null(complete["Upload-Expires"]);
    }

    [Theory]
    [InlineData("%0a")]
    [InlineData("%20")]
    public async Task An_upload_has_one_address(string tail)
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(5);

        Assert.Equal(200, (await server.TusAsync("HEAD", $"/uploads/{id}", "")).Status);
        Assert.Equal(404, (await server.TusAsync("HEAD", $"/uploads/{id}{tail}", "")).Status);
    }

    [Theory]
    [InlineData("/uploads/0192d7c0-0000-7000-8000-000000000000", 404)]
    [InlineData("/uploads/0192d7c00000700080000000000000ff", 404)]
    [InlineData("/uploads/nothing", 404)]
    [InlineData("/uploads", 405)]
    public async Task What_is_no_upload_is_refused_without_a_body(string path, int status)
    {
        await using var server = await TusServer.StartAsync();

        var answer = await server.TusAsync("HEAD", path, "");

        Assert.Equal(status, answer.Status);
        Assert.Equal("1.0.0", answer["Tus-Resumable"]);
        Assert.Null(answer["Content-Type"]);
    }

    [Theory]
    [InlineData(409, 423)]
    [InlineData(429, 423)]
    [InlineData(500, 423)]
    [InlineData(503, 423)]
    [InlineData(507, 423)]
    [InlineData(423, 423)]
    [InlineData(404, 404)]
    [InlineData(403, 403)]
    public async Task A_passing_refusal_never_makes_a_client_forget_its_upload(int refused, int answered)
    {
        await using var server = await TusServer.StartAsync();
        server.Store.Refusal = new TusError(refused, "some", "Some.") { RetryAfter = 7 };

        var answer = await server.TusAsync("HEAD", $"/uploads/{server.Store.Add(1)}", "");

        Assert.Equal((answered, "7"), (answer.Status, answer["Retry-After"]));
    }
}
