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

    [Fact]
    public async Task A_client_that_comes_back_before_the_server_has_seen_its_connection_break_is_told_what_was_kept()
    {
        var upload = await Client.CreateAsync(1_000_000);
        var broken = await Client.StartPatchAsync(upload, 0, 1_000_000, new byte[250_000]);
        var live = (TusUpload.Uploads.Progress.LiveUploads)server.Services.GetService(typeof(TusUpload.Uploads.Progress.LiveUploads))!;
        await TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == 250_000));

        var again = Client.PatchAsync(upload, 0, new byte[10]);
        broken.LingerState = new(enable: true, 0);
        broken.Close();

        using var answer = await again;
        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains(answer.Offset(), (long[])[0, 250_000]);
        Assert.Equal(250_000, await Client.OffsetAsync(upload));
    }
}
