using System.Text;
using TusUpload.ConformanceTests.Clauses;
using TusUpload.ConformanceTests.Wire;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Extensions;

/// <summary>creation: Upload-Metadata with bytes that a client library would not send.</summary>
[Collection<OverHttp1>]
public sealed class MetadataBytesTests(Http1Server server)
{
    [Fact]
    [Clause("creation-metadata-3", "SHOULD", "A key is ASCII.")]
    public async Task CREATION_METADATA_3_keys_are_ascii() =>
        Assert.Equal(400, await StatusAsync("na\u00efve aGVsbG8="));

    [Theory]
    [Clause("creation-metadata-8", "SHOULD", "What could not be written as a header again, or would be another one, is refused with the POST.")]
    [InlineData("filename aGVsbG8=\u00a0")]
    [InlineData("\u2003filename aGVsbG8=")]
    [InlineData("filename aGVsbG8=\u000b")]
    [InlineData("filename\u0085aGVsbG8=")]
    [InlineData("filename \u007f")]
    [InlineData("filename aGVsbG8=\rX-Other: 1")]
    public async Task CREATION_METADATA_8_what_no_header_can_carry_is_refused(string metadata) =>
        Assert.Equal(400, await StatusAsync(metadata));

    private async Task<int> StatusAsync(string metadata)
    {
        await using var connection = new RawConnection(server.Port);
        await connection.SendAsync(Encoding.UTF8.GetBytes(
            $"POST /uploads HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 10\r\nUpload-Metadata: {metadata}\r\n\r\n"));
        return (await connection.ReadAsync()).Status;
    }
}
