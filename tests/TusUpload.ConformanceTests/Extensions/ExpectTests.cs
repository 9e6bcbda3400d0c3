using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>creation-with-upload with Expect: 100-continue, which client libraries do not show.</summary>
[Collection<OverHttp1>]
public sealed class ExpectTests(Http1Server server)
{
    [Fact]
    [Clause("creation-with-upload-6", "SHOULD", "A client that asks with Expect: 100-continue hears of a refusal before it sends its bytes.")]
    public async Task CREATION_WITH_UPLOAD_6_a_refusal_comes_before_the_bytes()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Post(length: ConformanceServer.MaxSize + 1, body: 5));

        Assert.Equal(413, (await connection.ReadAsync()).Status);
    }

    [Fact]
    [Clause("creation-with-upload-7", "SHOULD", "A client that asks with Expect: 100-continue is told to go on where it may.")]
    public async Task CREATION_WITH_UPLOAD_7_a_client_that_asks_is_told_to_go_on()
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Post(length: 10, body: 5));
        Assert.Equal(100, (await connection.ReadAsync()).Status);
        await connection.SendAsync("hello");

        var answer = await connection.ReadAsync();

        Assert.Equal((201, "5"), (answer.Status, answer["Upload-Offset"]));
    }

    private static string Post(long length, int body) =>
        $"POST /uploads HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Length: {length}\r\n"
        + $"Content-Type: {TusRequest.Bytes}\r\nContent-Length: {body}\r\nExpect: 100-continue\r\n\r\n";
}
