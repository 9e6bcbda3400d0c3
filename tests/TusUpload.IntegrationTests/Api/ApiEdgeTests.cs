using System.Net;
using System.Text;

using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

/// <summary>What holds for every address below /api.</summary>
public sealed class ApiEdgeTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_not_there_or_cannot_be_read_is_a_problem_with_a_code()
    {
        using var text = new StringContent("hello", Encoding.UTF8, "text/plain");
        using var broken = new StringContent("{", Encoding.UTF8, "application/json");

        await (await server.Client.GetAsync("/api/v1/nothing", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_found");
        await (await server.Client.GetAsync("/api/v1/files/no-id", Ct)).IsProblemAsync(HttpStatusCode.NotFound, "not_found");
        await (await server.Client.PutAsync("/api/v1/batches", null, Ct)).IsProblemAsync(HttpStatusCode.MethodNotAllowed, "method_not_allowed");
        await (await server.Client.PostAsync("/api/v1/batches", text, Ct))
            .IsProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        await (await server.Client.PostAsync("/api/v1/batches", broken, Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        await (await server.Client.GetAsync("/api/v1/files?limit=many", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        await (await server.Client.GetAsync("/api/v1/files?limit=201", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_limit");
        await (await server.Client.GetAsync("/api/v1/files?cursor=x", Ct)).IsProblemAsync(HttpStatusCode.BadRequest, "invalid_cursor");
    }

    [Theory]
    [InlineData("foo")]
    [InlineData("utf-7")]
    [InlineData("\"\"")]
    public async Task JSON_in_letters_that_nobody_knows_is_refused_everywhere(string charset)
    {
        foreach (var (method, path) in Changes())
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent("{}"u8.ToArray()) };
            request.Content.Headers.TryAddWithoutValidation("Content-Type", $"application/json; charset={charset}");
            using var answer = await server.Client.SendAsync(request, Ct);

            Assert.True((int)answer.StatusCode < 500, $"{method} {path}: {answer.StatusCode}");
            if (charset == "foo")
            {
                await answer.IsProblemAsync(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_over_a_mebibyte_is_refused_and_members_that_nobody_knows_are_ignored(bool isLengthTold)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/batches");
        request.Content = new StringContent($"{{\"filler\":\"{new string('x', 1 << 20)}\"}}", Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = isLengthTold ? null : true;

        // A length that is too large is refused before the body, which the client must not be sending then.
        request.Headers.ExpectContinue = isLengthTold;

        await (await server.Client.SendAsync(request, Ct)).IsProblemAsync(HttpStatusCode.RequestEntityTooLarge, "body_too_large");

        using var unknown = await server.Client.PostJsonAsync("/api/v1/batches", new { filler = new string('x', 1000) });
        Assert.Equal(HttpStatusCode.Created, unknown.StatusCode);
    }

    [Fact]
    public async Task A_harmless_request_id_comes_back_and_another_is_replaced()
    {
        using var given = await SendAsync("/api/v1/usage", ("X-Request-ID", "abc-123"));
        using var strange = await SendAsync("/api/v1/usage", ("X-Request-ID", "<script>"));

        Assert.Equal("abc-123", given.Headers.GetValues("X-Request-ID").Single());
        Assert.NotEqual("<script>", strange.Headers.GetValues("X-Request-ID").Single());
    }

    [Theory]
    [InlineData("/api/v1/files")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/files?limit=0")]
    public async Task Pages_of_other_origins_can_read_answers_and_refusals(string path)
    {
        using var response = await SendAsync(path, ("Origin", "https://app.example.com"));

        Assert.Equal("*", response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("ETag", response.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Access-Control-Allow-Credentials"));
    }

    [Fact]
    public async Task A_preflight_allows_what_the_API_needs()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/files/x/content");
        request.Headers.Add("Origin", "https://app.example.com");
        request.Headers.Add("Access-Control-Request-Method", "GET");
        request.Headers.Add("Access-Control-Request-Headers", "range, last-event-id, authorization");

        using var response = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        var allowed = response.Headers.GetValues("Access-Control-Allow-Headers").Single();
        Assert.All(["Range", "Last-Event-ID", "Authorization"], name => Assert.Contains(name, allowed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_API_describes_itself()
    {
        var document = await server.Client.GetJsonAsync("/openapi/v1.json");

        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name).ToList();
        Assert.All(
            ["/api/v1/uploads", "/api/v1/uploads/{id}/extend", "/api/v1/files/{id}/content", "/api/v1/batches/{id}/seal", "/api/v1/usage", "/api/v1/events"],
            path => Assert.Contains(path, paths));
        Assert.All(
            document.GetProperty("paths").EnumerateObject().SelectMany(path => path.Value.EnumerateObject()),
            operation => Assert.NotEmpty(operation.Value.Text("summary")!));
    }

    [Theory]
    [InlineData("/api/v1/files/{id}/signed-url", "post", "expiresIn")]
    [InlineData("/api/v1/files/{id}/copy", "post", "fileName,workspaceId,folderId")]
    [InlineData("/api/v1/files/{id}", "patch", "fileName,folderId")]
    [InlineData("/api/v1/folders/{id}", "patch", "name,parentId")]
    [InlineData("/api/v1/workspaces/{id}", "patch", "name,namePolicy,allowedTypes,deniedTypes,maxFileSize,allowedOrigins,storageLimit")]
    [InlineData("/api/v1/batches", "post", "expectedFiles,manifest,allOrNothing,lateFiles,expiresAt,workspaceId")]
    [InlineData("/api/v1/uploads/{id}/extend", "post", "seconds")]
    [InlineData("/api/v1/api-keys", "post", "name,scopes,expiresAt")]
    public async Task It_says_of_each_body_what_it_takes(string path, string verb, string members)
    {
        var document = await server.Client.GetJsonAsync("/openapi/v1.json");

        var body = document.GetProperty("paths").GetProperty(path).GetProperty(verb).GetProperty("requestBody").GetProperty("content")
            .GetProperty("application/json").GetProperty("schema");
        var reference = (body.TryGetProperty("$ref", out var direct) ? direct : body.GetProperty("oneOf")[1].GetProperty("$ref")).GetString()!;
        var schema = document.GetProperty("components").GetProperty("schemas").GetProperty(reference.Split('/')[^1]);
        Assert.Equal(members.Split(','), schema.GetProperty("properties").EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public async Task Its_page_needs_nothing_from_elsewhere()
    {
        var page = await server.Client.GetStringAsync("/docs/", Ct);

        Assert.Contains("scalar.js", page, StringComparison.Ordinal);
        Assert.DoesNotContain("//cdn", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https://", page, StringComparison.OrdinalIgnoreCase);
        using var script = await server.Client.GetAsync("/docs/scalar.js", HttpCompletionOption.ResponseHeadersRead, Ct);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request, Ct);
    }

    private IEnumerable<(string Method, string Path)> Changes() =>
        from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        where endpoint.RoutePattern.RawText!.StartsWith("/api/", StringComparison.Ordinal)
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods
        where method is "POST" or "PUT" or "PATCH"
        let path = endpoint.RoutePattern.RawText!.Replace("{id:guid}", $"{Guid.CreateVersion7()}", StringComparison.Ordinal)
            .Replace("{userId}", "u", StringComparison.Ordinal).Replace("{slug}", "s", StringComparison.Ordinal)
        select (method, path);
}
