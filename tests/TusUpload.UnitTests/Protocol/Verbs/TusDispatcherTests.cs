using System.Text.Json;

using Microsoft.Extensions.Logging;

using TusUpload.Protocol.Errors;

namespace TusUpload.UnitTests.Protocol.Verbs;

public sealed class TusDispatcherTests
{
    [Theory]
    [InlineData("HEAD", "Tus-Resumable: 0.2.2")]
    [InlineData("PATCH", "Accept: x")]
    [InlineData("DELETE", "Tus-Resumable: 0.2.2")]
    [InlineData("PATCH", "Tus-Resumable: 1.0.0, 1.0.0")]
    public async Task A_request_of_another_version_is_not_processed(string method, string header)
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);

        var answer = await server.SendAsync(method, $"/uploads/{id}", "", header);

        Assert.Equal((412, "1.0.0"), (answer.Status, answer["Tus-Version"]));
        Assert.True(server.Store.Has(id));
    }

    [Theory]
    [InlineData("GET", "/uploads", "OPTIONS, POST")]
    [InlineData("PUT", "/uploads", "OPTIONS, POST")]
    [InlineData("PUT", "/uploads/0192d7c0-0000-7000-8000-000000000000", "OPTIONS, HEAD, PATCH, DELETE")]
    [InlineData("POST", "/uploads/0192d7c0-0000-7000-8000-000000000000", "OPTIONS, HEAD, PATCH, DELETE")]
    public async Task Other_methods_are_told_which_apply(string method, string path, string allow)
    {
        await using var server = await TusServer.StartAsync();

        var answer = await server.SendAsync(method, path, "");

        Assert.Equal((405, allow), (answer.Status, answer["Allow"]));
    }

    [Fact]
    public async Task The_method_can_be_overridden_in_any_case()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);

        var patch = await server.TusAsync("POST", $"/uploads/{id}", "hello", "Upload-Offset: 0", "X-HTTP-Method-Override: patch");
        var head = await server.TusAsync("POST", $"/uploads/{id}", "", "X-HTTP-Method-Override: HEAD");
        var delete = await server.TusAsync("GET", $"/uploads/{id}", "", "X-HTTP-Method-Override: Delete");
        var gone = await server.TusAsync("POST", $"/uploads/{id}", "", "X-HTTP-Method-Override: HEAD");
        var unknown = await server.TusAsync("POST", "/uploads", "", "X-HTTP-Method-Override: BREW", "Upload-Length: 1");

        Assert.Equal((204, "5"), (patch.Status, patch["Upload-Offset"]));
        Assert.Equal((200, "5"), (head.Status, head["Upload-Offset"]));
        Assert.Equal(204, delete.Status);
        Assert.Equal((404, ""), (gone.Status, gone.Body));
        Assert.Equal(405, unknown.Status);
    }

    [Fact]
    public async Task Options_cannot_be_overridden_because_it_is_open_to_all()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);

        var answer = await server.TusAsync("OPTIONS", $"/uploads/{id}", "", "X-HTTP-Method-Override: DELETE");

        Assert.Equal((204, "1.0.0"), (answer.Status, answer["Tus-Version"]));
        Assert.True(server.Store.Has(id));
    }

    [Theory]
    [InlineData("HEAD", 423)]
    [InlineData("PATCH", 503)]
    [InlineData("DELETE", 503)]
    public async Task Trouble_in_the_store_makes_the_client_come_back(string method, int status)
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);
        server.Store.Trouble = new InvalidOperationException("The disk is on fire.");

        var answer = await server.TusAsync(method, $"/uploads/{id}", "", "Upload-Offset: 0");

        Assert.Equal((status, "1"), (answer.Status, answer["Retry-After"]));
        Assert.DoesNotContain("fire", answer.Body, StringComparison.Ordinal);
        var (level, eventId, text) = Assert.Single(server.Log.Errors);
        Assert.Equal((LogLevel.Error, 1000), (level, eventId));
        Assert.Contains(id.ToString(), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trouble_at_a_creation_is_503_also_when_the_store_was_cancelled_by_itself()
    {
        await using var server = await TusServer.StartAsync();
        server.Store.Trouble = new OperationCanceledException();

        var answer = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1");

        Assert.Equal((503, "temporarily_unavailable"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_refusal_is_a_problem_document_with_its_details()
    {
        await using var server = await TusServer.StartAsync();
        server.Store.Refusal = new TusError(413, "quota_exceeded", "The workspace is full.")
        {
            RetryAfter = 9,
            Details = new Dictionary<string, object?> { ["level"] = "workspace", ["bytesLeft"] = 12L, ["code"] = "own", ["until"] = null },
        };

        var answer = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1");
        var problem = JsonDocument.Parse(answer.Body).RootElement;

        Assert.Equal((413, "application/problem+json", "9"), (answer.Status, answer["Content-Type"], answer["Retry-After"]));
        Assert.Equal(
            """{"type":"about:blank","title":"Payload Too Large","status":413,"detail":"The workspace is full.",""" +
            @"""code"":""quota_exceeded"",""level"":""workspace"",""bytesLeft"":12,""until"":null}",
            problem.GetRawText());
    }
}
