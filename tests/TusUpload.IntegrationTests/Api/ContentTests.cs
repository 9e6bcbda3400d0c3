using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

public sealed class ContentTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_000);
    private string _path = "";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private EntityTagHeaderValue Tag => new($"\"{Convert.ToHexStringLower(SHA256.HashData(_content))}\"");

    public async ValueTask InitializeAsync()
    {
        var id = await server.UploadAsync(_content, "Menü \"1\".png", metadata: ("filetype", "image/png"));
        await server.Client.WaitForFileAsync(id);
        _path = $"/api/v1/files/{id}/content";
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_whole_is_an_attachment_that_nobody_runs()
    {
        using var response = await server.Client.GetAsync(_path, Ct);

        Assert.Equal(_content, await response.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(Tag, response.Headers.ETag);
        Assert.Equal("bytes", response.Headers.AcceptRanges.Single());
        Assert.NotNull(response.Content.Headers.LastModified);
        Assert.Equal("image/png", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("sandbox", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var disposition = response.Content.Headers.ContentDisposition!;
        Assert.Equal("attachment", disposition.DispositionType);
        Assert.Equal("Menü \"1\".png", disposition.FileNameStar);
        Assert.NotNull(disposition.FileName);
    }

    [Fact]
    public async Task HEAD_tells_the_same_without_the_bytes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, _path);
        using var response = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(_content.Length, response.Content.Headers.ContentLength);
        Assert.Equal(Tag, response.Headers.ETag);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Ct));
    }

    [Theory]
    [InlineData("bytes=0-0", 0, 1)]
    [InlineData("bytes=10-19", 10, 10)]
    [InlineData("bytes=99990-", 99_990, 10)]
    [InlineData("bytes=99990-200000", 99_990, 10)]
    [InlineData("bytes=-7", 99_993, 7)]
    public async Task A_range_is_answered_with_its_bytes(string range, int start, int length)
    {
        using var response = await SendAsync(HttpMethod.Get, ("Range", range));

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {start}-{start + length - 1}/100000", response.Content.Headers.ContentRange?.ToString());
        Assert.Equal(_content[start..(start + length)], await response.Content.ReadAsByteArrayAsync(Ct));
    }

    [Theory]
    [InlineData("items=0-5")]
    [InlineData("bytes 0-5")]
    public async Task A_range_of_something_else_than_bytes_is_none(string range)
    {
        using var response = await SendAsync(HttpMethod.Get, ("Range", range));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(100_000, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_range_beyond_the_end_is_refused()
    {
        using var response = await SendAsync(HttpMethod.Get, ("Range", "bytes=100000-"));

        Assert.Equal("bytes */100000", response.Content.Headers.ContentRange?.ToString());
        await response.IsProblemAsync(HttpStatusCode.RequestedRangeNotSatisfiable, "range_not_satisfiable");
    }

    [Fact]
    public async Task Several_ranges_are_answered_with_the_whole()
    {
        using var response = await SendAsync(HttpMethod.Get, ("Range", "bytes=0-1,5-6"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(_content.Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Conditions_are_held()
    {
        using var known = await SendAsync(HttpMethod.Get, ("If-None-Match", Tag.Tag));
        using var matching = await SendAsync(HttpMethod.Get, ("If-Match", Tag.Tag));
        using var changed = await SendAsync(HttpMethod.Get, ("If-Match", "\"other\""));
        using var sameRange = await SendAsync(HttpMethod.Get, ("Range", "bytes=0-1"), ("If-Range", Tag.Tag));
        using var otherRange = await SendAsync(HttpMethod.Get, ("Range", "bytes=0-1"), ("If-Range", "\"other\""));

        Assert.Equal(HttpStatusCode.NotModified, known.StatusCode);
        Assert.Equal(HttpStatusCode.OK, matching.StatusCode);
        await changed.IsProblemAsync(HttpStatusCode.PreconditionFailed, "precondition_failed");
        Assert.Equal(HttpStatusCode.PartialContent, sameRange.StatusCode);
        Assert.Equal(HttpStatusCode.OK, otherRange.StatusCode);
    }

    [Fact]
    public async Task An_empty_file_can_be_read()
    {
        var id = await server.UploadAsync([], "empty");
        await server.Client.WaitForFileAsync(id);

        using var response = await server.Client.GetAsync($"/api/v1/files/{id}/content", Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Ct));
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, _path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await server.Client.SendAsync(request, Ct);
    }
}
