using System.Net;

using TusUpload.IntegrationTests.Harness;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.IntegrationTests.Auth;

/// <summary>What a page of another site may do in development mode, where the address is the sign-in.</summary>
public sealed class ForeignPageTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/api/v1/files", "https://evil.example", 403)]
    [InlineData("/hangfire", "https://evil.example", 403)]
    [InlineData("/api/v1/files", "http://localhost:5173", 200)]
    [InlineData("/api/v1/files", null, 200)]
    public async Task It_reads_nothing(string path, string? origin, int status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 403)
        {
            Assert.Equal("development_foreign_origin", await answer.CodeAsync());
        }
    }

    [Fact]
    public async Task It_may_upload()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers = { { "Tus-Resumable", "1.0.0" }, { "Upload-Length", "5" }, { "Origin", "https://app.example" } },
        };

        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("https://app.example", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }
}
