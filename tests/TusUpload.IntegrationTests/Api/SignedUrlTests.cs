using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;

using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Api;

/// <summary>Addresses of the server's own, which is what a folder has.</summary>
public sealed class SignedUrlTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_has_the_address_reads_the_file_with_its_ranges()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);
        var id = await ReadyAsync(content);
        using var other = server.ClientOf("somebody-else");
        using (var own = await other.GetAsync($"/api/v1/files/{id}/content", Ct))
        {
            Assert.Equal(HttpStatusCode.NotFound, own.StatusCode);
        }

        var before = TimeProvider.System.GetUtcNow();
        var signed = await (await server.Client.PostJsonAsync($"/api/v1/files/{id}/signed-url", new { expiresIn = 600 })).JsonAsync(HttpStatusCode.OK);
        var url = new Uri(signed.Text("url")!);

        Assert.Equal(server.Address.Authority, url.Authority);
        Assert.InRange(signed.GetProperty("expiresAt").GetDateTimeOffset(), before.AddSeconds(599), before.AddSeconds(630));
        using var whole = await other.GetAsync(url, Ct);
        Assert.Equal(content, await whole.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition?.DispositionType);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Headers = { Range = new RangeHeaderValue(null, 5) } };
        using var last = await other.SendAsync(request, Ct);
        Assert.Equal(HttpStatusCode.PartialContent, last.StatusCode);
        Assert.Equal(content[^5..], await last.Content.ReadAsByteArrayAsync(Ct));
    }

    [Fact]
    public async Task It_ends_when_it_expires_and_with_its_file()
    {
        var id = await ReadyAsync([1, 2, 3]);
        var lasting = await SignAsync(id, null);
        var shortly = await SignAsync(id, new { expiresIn = 1 });

        HttpResponseMessage? over = null;
        await Eventually.FindAsync(
            async () => (over = await server.Client.GetAsync(shortly, Ct)).StatusCode == HttpStatusCode.OK ? null : over, "the end of the address");
        await over!.IsProblemAsync(HttpStatusCode.Gone, "link_expired");

        using (var still = await server.Client.GetAsync(lasting, Ct))
        {
            Assert.Equal(HttpStatusCode.OK, still.StatusCode);
        }

        using var deleted = await server.Client.DeleteAsync($"/api/v1/files/{id}", Ct);
        await (await server.Client.GetAsync(lasting, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    [Fact]
    public async Task One_that_nobody_signed_leads_to_nothing()
    {
        var address = (await SignAsync(await ReadyAsync([1, 2, 3]), null)).AbsolutePath;
        var other = (await SignAsync(await ReadyAsync([4, 5, 6]), null)).AbsolutePath;

        foreach (var forged in new[] { address[..^1], address[..address.IndexOf('.')], other[..other.LastIndexOf('.')] + address[address.LastIndexOf('.')..], "/api/v1/downloads/td1.." })
        {
            await (await server.Client.GetAsync(forged, Ct)).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(604_801)]
    [InlineData(-5)]
    public async Task A_time_that_is_none_is_refused(int expiresIn)
    {
        var id = await ReadyAsync([1]);

        await (await server.Client.PostJsonAsync($"/api/v1/files/{id}/signed-url", new { expiresIn }))
            .IsProblemAsync(HttpStatusCode.BadRequest, "invalid_expires_in");
    }

    [Fact]
    public async Task Nobody_signs_for_anothers_file()
    {
        var id = await ReadyAsync([1]);
        using var other = server.ClientOf("somebody-else");

        await (await other.PostJsonAsync($"/api/v1/files/{id}/signed-url", new { })).IsProblemAsync(HttpStatusCode.NotFound, "file_not_found");
    }

    private async Task<Guid> ReadyAsync(byte[] content)
    {
        var id = await server.UploadAsync(content);
        await server.Client.WaitForFileAsync(id);
        return id;
    }

    private async Task<Uri> SignAsync(Guid id, object? body)
    {
        using var answer = body is null
            ? await server.Client.PostAsync($"/api/v1/files/{id}/signed-url", null, Ct)
            : await server.Client.PostJsonAsync($"/api/v1/files/{id}/signed-url", body);
        return new Uri((await answer.JsonAsync(HttpStatusCode.OK)).Text("url")!);
    }
}
