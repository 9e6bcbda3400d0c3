using System.Globalization;
using System.Text;

using CsCheck;

using TusUpload.ConformanceTests.Wire;
using TusUpload.IntegrationTests.Uploads;
using TusUpload.UnitTests.Protocol;

namespace TusUpload.ConformanceTests.Hostile;

/// <summary>What nobody sends by accident. Never a 500, never a hang, never another offset, and the next client notices nothing.</summary>
[Collection(typeof(OverHttp1))]
public sealed class HostileTests(Http1Server server)
{
    private const string Bytes = "Content-Type: application/offset+octet-stream";

    private static readonly string[] Numbers =
    [
        "-1", "+1", "1.0", "1e3", "0x10", " 1 1", "1,1", "9223372036854775808", "99999999999999999999999999", "NaN", "", "١٢٣", "1\0", "1;2", "''", "null",
        new string('9', 8000),
    ];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> BadNumbers => [.. Numbers];

    [Theory]
    [MemberData(nameof(BadNumbers))]
    public async Task A_number_that_is_none_is_refused_wherever_it_stands(string number)
    {
        var upload = await server.Http.CreateAsync(100);
        var deferred = await server.Http.CreateAsync(null);

        int[] answers =
        [
            await StatusAsync($"POST /uploads HTTP/1.1\r\nUpload-Length: {number}\r\nContent-Length: 0"),
            await StatusAsync($"POST /uploads HTTP/1.1\r\nUpload-Defer-Length: {number}\r\nUpload-Length: 7\r\nContent-Length: 0"),
            await StatusAsync($"PATCH {upload} HTTP/1.1\r\nUpload-Offset: {number}\r\n{Bytes}\r\nContent-Length: 3", "abc"),
            await StatusAsync($"PATCH {deferred} HTTP/1.1\r\nUpload-Offset: 0\r\nUpload-Length: {number}\r\n{Bytes}\r\nContent-Length: 3", "abc"),
            await StatusAsync($"PATCH {upload} HTTP/1.1\r\nUpload-Offset: 0\r\n{Bytes}\r\nContent-Length: {number}", "abc"),
        ];

        // "+5" as a Content-Length is a number to the web server; every other one of these is refused.
        Assert.All(answers[..4], status => Assert.InRange(status, 400, 499));
        Assert.True(answers[4] is >= 400 and < 500 || number is "+1", $"Content-Length '{number}' was answered {answers[4]}");
        Assert.Equal(number is "+1" ? 1 : 0, await server.Http.OffsetAsync(upload));
        Assert.Equal(0, await server.Http.OffsetAsync(deferred));
    }

    [Theory]
    [InlineData("Upload-Offset: 0\r\nUpload-Offset: 0")]
    [InlineData("Upload-Offset: 0\r\nUpload-Offset: 50")]
    [InlineData("Upload-Offset: 0, 0")]
    [InlineData("Upload-Offset: 0\r\nTus-Resumable: 1.0.0")]
    [InlineData("Upload-Offset: 0\r\nUpload-Length: 100\r\nUpload-Length: 200")]
    [InlineData("Upload-Offset: 0\r\nContent-Length: 5")]
    [InlineData("Upload-Offset: 0\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity")]
    [InlineData("Upload-Offset : 0")]
    [InlineData("Upload-Offset: 0\r\n folded")]
    [InlineData("Upload-Offset: 0\r\nUpload-Metadata: a\r\rb")]
    public async Task Headers_that_come_twice_or_break_their_line_change_nothing(string headers)
    {
        var upload = await server.Http.CreateAsync(100);

        var status = await StatusAsync($"PATCH {upload} HTTP/1.1\r\n{headers}\r\n{Bytes}\r\nContent-Length: 3", "abc");

        Assert.InRange(status, 400, 499);
        Assert.Equal(0, await server.Http.OffsetAsync(upload));
    }

    [Theory]
    [InlineData("filename \u00fc\u00f1\u00ee")]
    [InlineData("filename dGVzdA==, filename dGVzdA==")]
    [InlineData("filename dGVzdA==,,")]
    [InlineData("filename gICA")]
    [InlineData("filename AA==")]
    [InlineData("\u007f dGVzdA==")]
    [InlineData("filename dGVzdA== dGVzdA==")]
    public async Task Metadata_that_cannot_be_meant_is_refused(string metadata)
    {
        Assert.Equal(400, await StatusAsync($"POST /uploads HTTP/1.1\r\nUpload-Length: 7\r\nUpload-Metadata: {metadata}\r\nContent-Length: 0"));
    }

    [Theory]
    [InlineData("name with\r\na line", "name with__a line")]
    [InlineData("../../etc/passwd", ".._.._etc_passwd")]
    [InlineData("C:\\windows\\system32", "C:_windows_system32")]
    [InlineData("\u202egnp.exe", "gnp.exe")]
    [InlineData("nul.txt", "_nul.txt")]
    [InlineData("<script>alert(1)</script>", "<script>alert(1)<_script>")]
    public async Task A_name_stays_a_name(string given, string kept)
    {
        using var answer = await server.Http.PostAsync(3, "abc"u8.ToArray(), $"filename {Convert.ToBase64String(Encoding.UTF8.GetBytes(given))}");

        var file = await server.Client.EndedFileAsync(answer.Headers.Location!.Id());

        Assert.Equal(("ready", kept), (file.GetProperty("processingStatus").GetString(), file.GetProperty("fileName").GetString()));
        var path = file.GetProperty("storagePath").GetString()!;
        Assert.All(path, letter => Assert.True(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '/', path));
    }

    [Theory]
    [InlineData("/uploads/../../etc/passwd")]
    [InlineData("/uploads/..%2f..%2fetc%2fpasswd")]
    [InlineData("/uploads/%2e%2e/%2e%2e/node")]
    [InlineData("/uploads/node")]
    [InlineData("/uploads/00000000-0000-0000-0000-000000000000")]
    [InlineData("/uploads/{00000000-0000-7000-8000-000000000000}")]
    [InlineData("/uploads/0190000000007000800000000000000a")]
    [InlineData("/uploads/%00")]
    [InlineData("/uploads/%ff%fe")]
    [InlineData("/uploads/' OR 1=1 --")]
    [InlineData("/uploads/01a2054f-0000-7000-8000-000000000000%20")]
    [InlineData("/uploads//")]
    public async Task An_address_that_is_no_uploads_leads_nowhere(string path)
    {
        foreach (var (verb, headers) in new[]
            {
                ("HEAD", ""), ("DELETE", ""), ("GET", ""), ("PATCH", $"Upload-Offset: 0\r\n{Bytes}\r\nContent-Length: 1\r\n"),
            })
        {
            Assert.InRange(await StatusAsync($"{verb} {path} HTTP/1.1\r\n{headers}".TrimEnd(), verb == "PATCH" ? "x" : ""), 400, 499);
        }
    }

    [Fact]
    public async Task A_thousand_requests_in_one_breath_are_answered_in_their_order()
    {
        const int Count = 1000;
        var upload = await server.Http.CreateAsync(Count);
        await using var connection = new RawConnection(server.Port);
        var breath = new StringBuilder();
        for (var offset = 0; offset < Count; offset++)
        {
            breath.Append(CultureInfo.InvariantCulture, $"PATCH {upload} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n{Bytes}\r\n");
            breath.Append(CultureInfo.InvariantCulture, $"Content-Length: 1\r\n\r\n{(char)('a' + (offset % 26))}");
        }

        var sending = connection.SendAsync(breath.ToString());
        for (var offset = 1; offset <= Count; offset++)
        {
            var answer = await connection.ReadAsync();
            Assert.Equal((204, $"{offset}"), (answer.Status, answer["Upload-Offset"]));
        }

        await sending;
        await server.Client.EndedFileAsync(upload.Id());
        var content = await server.Client.GetStringAsync(new Uri($"/api/v1/files/{upload.Id()}/content", UriKind.Relative), Ct);
        Assert.Equal(string.Concat(Enumerable.Range(0, Count).Select(i => (char)('a' + (i % 26)))), content);
    }

    [Fact]
    public async Task A_thousand_clients_that_say_one_byte_and_stop_are_in_nobodys_way()
    {
        const int Count = 1000;
        var uploads = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => server.Http.CreateAsync(1000)));
        var connections = new List<RawConnection>();
        foreach (var upload in uploads)
        {
            var connection = new RawConnection(server.Port);
            connections.Add(connection);
            await connection.SendAsync(
                $"PATCH {upload} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n{Bytes}\r\nContent-Length: 1000\r\n\r\nx");
        }

        using var answer = await server.Http.PostAsync(300_000, new byte[300_000]);
        var file = await server.Client.EndedFileAsync(answer.Headers.Location!.Id());
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());

        foreach (var connection in connections)
        {
            connection.Cut();
        }

        foreach (var upload in uploads.Where((_, i) => i % 100 == 0))
        {
            Assert.InRange(await server.Http.OffsetAsync(upload), 0, 1);
        }
    }

    [Fact]
    public async Task Random_bytes_are_refused_or_cut_and_change_nothing()
    {
        var upload = await server.Http.CreateAsync(100);
        var lines = Gen.OneOf<string>(
            $"PATCH {upload} HTTP/1.1\r\n", "Tus-Resumable: 1.0.0\r\n", "Upload-Offset: 0\r\n", "Host: localhost\r\n", "Content-Length: 10\r\n", "\r\n", "PRI * HTTP/2.0\r\n",
            "Transfer-Encoding: chunked\r\n", "Expect: 100-continue\r\n").Select(Encoding.ASCII.GetBytes);
        var noise = Gen.Byte.Array[0, 60];
        await Gen.Frequency((2, lines), (1, noise)).Array[1, 12].Select(parts => parts.SelectMany(part => part).ToArray()).SampleAsync(
            async bytes =>
            {
                await using var connection = new RawConnection(server.Port);
                await connection.SendAsync(bytes);
                connection.FinishSending();
                Assert.DoesNotMatch(@"HTTP/1\.1 5\d\d ", await connection.ReadAllAsync());
            },
            iter: 300,
            threads: 4,
            print: Convert.ToHexString);

        Assert.Equal(0, await server.Http.OffsetAsync(upload));
    }

    private async Task<int> StatusAsync(string head, string body = "")
    {
        await using var connection = new RawConnection(server.Port);
        var (first, rest) = head.IndexOf("\r\n", StringComparison.Ordinal) is var end && end < 0 ? (head, "") : (head[..end], head[end..]);
        await connection.SendAsync(Encoding.UTF8.GetBytes($"{first}\r\nHost: localhost\r\nTus-Resumable: 1.0.0{rest}\r\n\r\n{body}"));
        return (await connection.ReadAsync(isHead: head.StartsWith("HEAD", StringComparison.Ordinal))).Status;
    }
}
