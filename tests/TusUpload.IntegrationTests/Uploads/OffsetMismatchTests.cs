using System.Net;
using TusUpload.IntegrationTests.Harness;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>A PATCH at another offset is told where the upload is, so that a client need not ask.</summary>
public sealed class OffsetMismatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    private HttpClient Client => server.Client;

    [Fact]
    public async Task The_refusal_tells_the_offset()
    {
        var upload = await Client.CreateAsync(100);
        using var first = await Client.PatchAsync(upload, 0, new byte[40]);

        using var again = await Client.PatchAsync(upload, 0, new byte[40]);

        Assert.Equal((HttpStatusCode.Conflict, 40), (again.StatusCode, again.Offset()));
    }
}
