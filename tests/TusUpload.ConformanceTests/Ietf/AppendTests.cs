using System.Text.Json;

using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;

namespace TusUpload.ConformanceTests.Ietf;

/// <summary>PATCH of an upload, alone and in turns with tus.</summary>
public abstract class AppendTests(ConformanceServer server)
{
    private const string Digest = "936a185caaa266bb9cbe981e9e05cb78cd732b0b3280eb944412bb6f8f8f07af";

    private HttpClient Client => server.Http;

    [Theory]
    [Clause("ietf-append-1", "MUST", "In every version that is spoken, an upload is made, asked for, appended to and completed.")]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(null)]
    public async Task IETF_APPEND_1_every_version_brings_an_upload_to_its_end(int? version)
    {
        using var made = await IetfRequests.Post(completes: false, "hello", version).SendAsync(Client);
        var upload = made.Headers.Location!;
        using var stands = await IetfRequests.Head(upload, version).SendAsync(Client);
        using var last = await IetfRequests.Append(upload, 5, true, "world", version).SendAsync(Client);

        Assert.Equal((201, false), (made.Status(), made.Completeness()));
        Assert.Equal((204, 5, false), (stands.Status(), stands.Offset(), stands.Completeness()));
        Assert.Equal((201, 10, true), (last.Status(), last.Offset(), last.Completeness()));
        Assert.Equal(version == 3, last.Header("Upload-Incomplete") is not null);
        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    [Clause("ietf-append-2", "MUST", "Another offset is refused with 409, the right offset and Upload-Complete ?0, and changes nothing.")]
    public async Task IETF_APPEND_2_another_offset_is_refused_with_the_right_one()
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "hello").StatusAsync(Client));

        using var answer = await IetfRequests.Append(upload, 3, true, "world").SendAsync(Client);

        Assert.Equal((409, 5, false), (answer.Status(), answer.Offset(), answer.Completeness()));
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
        Assert.Equal("https://iana.org/assignments/http-problem-types#mismatching-upload-offset", problem.GetProperty("type").GetString());
        Assert.Equal((5, 3), (problem.GetProperty("expected-offset").GetInt64(), problem.GetProperty("provided-offset").GetInt64()));
        Assert.Equal(201, await IetfRequests.Append(upload, 5, true, "world").StatusAsync(Client));
    }

    [Fact]
    [Clause("ietf-append-3", "MUST", "Lengths that differ from what is known are refused, and change nothing.")]
    public async Task IETF_APPEND_3_another_length_is_refused()
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);

        Assert.Equal(400, await IetfRequests.Append(upload, 0, true, "hello").StatusAsync(Client));
        Assert.Equal(400, await IetfRequests.Append(upload, 0, false, "hello").With("Upload-Length", "11").StatusAsync(Client));
        Assert.Equal(400, await IetfRequests.Append(upload, 0, false, "hello, world").StatusAsync(Client));

        using var answer = await IetfRequests.Head(upload).SendAsync(Client);
        Assert.Equal(0, answer.Offset());
    }

    [Fact]
    [Clause("ietf-append-4", "MUST", "Nothing is appended to a complete upload; an empty last append is answered as the one that completed it.")]
    public async Task IETF_APPEND_4_a_complete_upload_takes_nothing_more()
    {
        using var made = await IetfRequests.Post(completes: true, "hello").SendAsync(Client);
        var upload = made.Headers.Location!;
        using var more = await IetfRequests.Append(upload, 5, true, "x").SendAsync(Client);
        using var again = await IetfRequests.Append(upload, 5, true, "").SendAsync(Client);

        Assert.Equal((400, false), (more.Status(), more.Completeness()));
        Assert.Equal((201, true, 5), (again.Status(), again.Completeness(), again.Offset()));
    }

    [Theory]
    [Clause("ietf-append-5", "MUST", "An append has the content type, the offset and says whether it is the last.")]
    [InlineData("Content-Type", 415)]
    [InlineData("Upload-Offset", 400)]
    [InlineData("Upload-Complete", 400)]
    public async Task IETF_APPEND_5_an_append_that_lacks_a_field_is_refused(string field, int status)
    {
        var upload = await IetfRequests.MakeAsync(Client);
        var request = IetfRequests.Append(upload, 0, true, "hello");

        Assert.Equal(status, await (field == "Content-Type" ? request.Body("hello", "text/plain") : request.Without(field)).StatusAsync(Client));
    }

    [Fact]
    [Clause("ietf-tus-1", "MAY", "An upload that was begun here is finished in tus.")]
    public async Task IETF_TUS_1_begun_here_and_finished_in_tus()
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "hello").StatusAsync(Client));
        Assert.Equal(5, await Client.OffsetAsync(upload));
        Assert.Equal(204, await TusRequest.Patch(upload, 5, "world").StatusAsync(Client));

        using var stands = await IetfRequests.Head(upload).SendAsync(Client);
        Assert.Equal((10, true), (stands.Offset(), stands.Completeness()));
        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    [Clause("ietf-tus-2", "MAY", "An upload that was begun in tus is finished here, also one without a length.")]
    public async Task IETF_TUS_2_begun_in_tus_and_finished_here()
    {
        foreach (var length in (long?[])[10, null])
        {
            var upload = await Client.CreateAsync(length);
            Assert.Equal(204, await TusRequest.Patch(upload, 0, "hello").StatusAsync(Client));
            using var last = await IetfRequests.Append(upload, 5, true, "world").SendAsync(Client);

            Assert.Equal((201, true), (last.Status(), last.Completeness()));
            Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
        }
    }

    [Theory]
    [Clause("ietf-tus-3", "MUST", "An upload with all its bytes that nobody has completed is completed when a client of tus finds that it has them all.")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task IETF_TUS_3_a_client_of_tus_that_finds_all_bytes_has_a_complete_upload(bool byHead)
    {
        var upload = await IetfRequests.MakeAsync(Client, length: 10);
        Assert.Equal(204, await IetfRequests.Append(upload, 0, false, "helloworld").StatusAsync(Client));

        if (byHead)
        {
            Assert.Equal(10, await Client.OffsetAsync(upload));
        }
        else
        {
            Assert.Equal(204, await TusRequest.Patch(upload, 10, "").StatusAsync(Client));
        }

        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }
}

[Collection<OverHttp1>]
public sealed class AppendTestsOverHttp1(Http1Server server) : AppendTests(server);

[Collection<OverHttp2>]
public sealed class AppendTestsOverHttp2(Http2Server server) : AppendTests(server);

[Collection<ThroughNginx>]
public sealed class AppendTestsThroughNginx(NginxServer server) : AppendTests(server);

[Collection<ThroughHAProxy>]
public sealed class AppendTestsThroughHAProxy(HAProxyServer server) : AppendTests(server);

[Collection<ThroughCaddy>]
public sealed class AppendTestsThroughCaddy(CaddyServer server) : AppendTests(server);
