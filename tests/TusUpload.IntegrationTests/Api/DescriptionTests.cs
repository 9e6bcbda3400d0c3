using System.Text.Json;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

/// <summary>What the OpenAPI document says of every operation.</summary>
public sealed class DescriptionTests(RunningServer server) : IClassFixture<RunningServer>
{
    private const string Json = "application/json";

    private static readonly string[] SignedIn = ["401", "403", "429"];

    [Fact]
    public async Task Every_body_that_is_taken_or_given_has_an_example_with_its_members()
    {
        var document = await server.Client.GetJsonAsync("/openapi/v1.json");
        var wrong = new List<string>();
        foreach (var (operation, body) in Bodies(document))
        {
            if (NameOf(body) is not { } name)
            {
                continue;
            }

            var schema = document.GetProperty("components").GetProperty("schemas").GetProperty(name);
            if (!schema.TryGetProperty("examples", out var examples))
            {
                wrong.Add($"{operation}: {name} has none");
                continue;
            }

            var (members, shown) = (schema.GetProperty("properties").Members().Order(StringComparer.Ordinal), examples[0].Members().Order(StringComparer.Ordinal));
            if (!members.SequenceEqual(shown, StringComparer.Ordinal))
            {
                wrong.Add($"{operation}: that of {name} has {string.Join(", ", shown)} instead of {string.Join(", ", members)}");
            }
        }

        Assert.True(wrong.Count == 0, $"Examples belong into Api/Description/Examples.cs:\n{string.Join('\n', wrong.Distinct())}");
    }

    [Theory]
    [InlineData("/api/v1/folders/{id}", "get", "304", "If-None-Match")]
    [InlineData("/api/v1/links/{id}", "get", "304", "If-None-Match")]
    [InlineData("/api/v1/workspaces/{id}", "get", "304", "If-None-Match")]
    [InlineData("/api/v1/files/{id}", "delete", "412", "If-Match")]
    [InlineData("/api/v1/links/{id}", "delete", "412", "If-Match")]
    [InlineData("/api/v1/events", "get", "200", "Last-Event-ID")]
    [InlineData("/api/v1/batches", "post", "410", "Idempotency-Key")]
    [InlineData("/api/v1/links/{slug}/session", "post", "503", null)]
    public async Task Conditions_and_what_they_are_answered_with_are_in_it(string path, string method, string status, string? header)
    {
        var document = await server.Client.GetJsonAsync("/openapi/v1.json");

        var said = document.GetProperty("paths").GetProperty(path).GetProperty(method);
        Assert.True(said.GetProperty("responses").TryGetProperty(status, out _));
        Assert.True(header is null || said.GetProperty("parameters").EnumerateArray().Any(parameter => parameter.Text("name") == header));
        Assert.False(document.GetProperty("paths").GetProperty("/api/v1/folders/{id}/restore").GetProperty("post").GetProperty("responses").TryGetProperty("412", out _));
    }

    [Fact]
    public async Task Every_operation_says_how_it_is_signed_in_to_and_what_it_may_be_refused_with()
    {
        var document = await server.Client.GetJsonAsync("/openapi/v1.json");

        Assert.Equal("bearer", document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer").Text("scheme"));
        Assert.All(Operations(document), operation =>
        {
            var (name, said) = operation;
            var isOpen = name.Contains("/downloads/", StringComparison.Ordinal) || name.Contains("/links/{slug}/", StringComparison.Ordinal);
            Assert.Equal(isOpen, !said.TryGetProperty("security", out _));
            Assert.All(isOpen ? ["429"] : SignedIn, status => Assert.Equal(
                "#/components/schemas/ProblemDetails",
                said.GetProperty("responses").GetProperty(status).GetProperty("content").GetProperty("application/problem+json").GetProperty("schema").Text("$ref")));
            Assert.Equal(said.TryGetProperty("requestBody", out _), said.GetProperty("responses").TryGetProperty("415", out _));
        });
        Assert.Contains("code", document.GetProperty("components").GetProperty("schemas").GetProperty("ProblemDetails").GetProperty("properties").Members());
    }

    [Theory]
    [InlineData("/api/v1/batches", "post", "Idempotency-Key", "409,422")]
    [InlineData("/api/v1/files/{id}/copy", "post", "Idempotency-Key", "409,422")]
    [InlineData("/api/v1/api-keys", "post", "Idempotency-Key", "409,422")]
    [InlineData("/api/v1/files/{id}", "patch", "If-Match", "412")]
    public async Task Headers_are_described_where_they_count(string path, string verb, string header, string statuses)
    {
        var document = await server.Client.GetJsonAsync("/openapi/v1.json");

        var operation = document.GetProperty("paths").GetProperty(path).GetProperty(verb);
        Assert.Contains(header, operation.GetProperty("parameters").EnumerateArray().Where(given => given.Text("in") == "header").Select(given => given.Text("name")));
        Assert.All(statuses.Split(','), status => Assert.True(operation.GetProperty("responses").TryGetProperty(status, out _), status));
    }

    private static IEnumerable<(string Name, JsonElement Operation)> Operations(JsonElement document) =>
        from path in document.GetProperty("paths").EnumerateObject()
        where path.Name.StartsWith("/api/", StringComparison.Ordinal)
        from verb in path.Value.EnumerateObject()
        select ($"{verb.Name} {path.Name}", verb.Value);

    private static IEnumerable<(string Operation, JsonElement Body)> Bodies(JsonElement document)
    {
        foreach (var (name, operation) in Operations(document))
        {
            if (operation.TryGetProperty("requestBody", out var request))
            {
                yield return (name, request.GetProperty("content").GetProperty(Json).GetProperty("schema"));
            }

            foreach (var response in operation.GetProperty("responses").EnumerateObject().Where(response => response.Name[0] == '2'))
            {
                if (response.Value.TryGetProperty("content", out var content) && content.TryGetProperty(Json, out var body))
                {
                    yield return (name, body.GetProperty("schema"));
                }
            }
        }
    }

    private static string? NameOf(JsonElement schema) =>
        (schema.TryGetProperty("$ref", out var direct) ? direct.GetString()
            : schema.TryGetProperty("oneOf", out var either) ? either.EnumerateArray().Select(one => one.TryGetProperty("$ref", out var named) ? named.GetString() : null)
                .First(named => named is not null)
            : null)?.Split('/')[^1];
}
