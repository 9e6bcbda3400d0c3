using System.Net.Http.Json;
using System.Text.Json;
using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Core;

/// <summary>PATCH over connections that break, letter by letter.</summary>
public sealed class ConnectionTests(ImpatientServer server) : IClassFixture<ImpatientServer>
{
    private HttpClient Client => server.Http;

    [Fact]
    [Clause("core-patch-9", "SHOULD", "A connection that is reset in the middle of a PATCH leaves an upload that can be resumed from the offset that HEAD tells.")]
    public async Task PATCH_9_a_reset_connection_leaves_an_upload_that_goes_on()
    {
        var upload = await Client.CreateAsync(1000);
        await using (var connection = new RawConnection(server.Port))
        {
            await connection.SendAsync(Head(upload, announced: 1000) + new string('x', 400));
            connection.Cut();
        }

        // The server may come to what was cut off after the HEAD: then the client is told so, and asks again.
        await TusRequests.EventuallyAsync(async () =>
        {
            var offset = (int)await Client.OffsetAsync(upload);
            Assert.InRange(offset, 0, 400);
            var status = await TusRequest.Patch(upload, offset, new string('x', 1000 - offset)).StatusAsync(Client);
            Assert.True(status is 204 or 409 or 423, $"{status}");
            return status == 204;
        });
    }

    [Fact]
    [Clause("core-patch-10", "SHOULD", "A client that falls silent in the middle of a PATCH loses its connection after a time; what it had sent is kept.")]
    public async Task PATCH_10_a_silent_connection_is_closed()
    {
        var upload = await Client.CreateAsync(1000);
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Head(upload, announced: 1000) + new string('x', 400));

        var answer = await connection.ReadAsync();

        Assert.Equal((503, "close", "1.0.0"), (answer.Status, answer["Connection"], answer["Tus-Resumable"]));
        Assert.True(await connection.IsClosedAsync());
        Assert.Equal(400, await Client.OffsetAsync(upload));
    }

    [Fact]
    [Clause("core-patch-11", "SHOULD", "As much as possible of what has arrived is kept when the client hangs up.")]
    public async Task PATCH_11_what_arrived_before_a_hang_up_is_kept()
    {
        var upload = await Client.CreateAsync(1000);
        await using (var connection = new RawConnection(server.Port))
        {
            await connection.SendAsync(Head(upload, announced: 1000) + new string('x', 400));

            // What the web server reads together with the hang-up, it throws away. And not by HEAD: it would end the writer.
            await TusRequests.EventuallyAsync(async () => (await Client.GetFromJsonAsync<JsonElement>(
                new Uri($"/api/v1/uploads/{upload.Id()}", UriKind.Relative), TestContext.Current.CancellationToken)).GetProperty("uploadedSize").GetInt64() == 400);
        }

        Assert.Equal(400, await Client.OffsetAsync(upload));
    }

    private static string Head(Uri upload, int announced) =>
        $"PATCH {upload.OriginalString} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        + $"Content-Type: {TusRequest.Bytes}\r\nContent-Length: {announced}\r\n\r\n";
}
