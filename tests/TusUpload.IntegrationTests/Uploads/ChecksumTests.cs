using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Protocol.Checksums;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Progress;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Bodies that say what they hash to: all of them is kept, or nothing.</summary>
public sealed class ChecksumTests(ChecksumTests.OftenCheckpointed server) : IClassFixture<ChecksumTests.OftenCheckpointed>
{
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(900_000);

    public static TheoryData<string> Algorithms => [.. ChecksumAlgorithms.All.Select(algorithm => algorithm.Name)];

    private HttpClient Client => server.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task Pieces_with_their_checksums_become_the_file(string algorithm)
    {
        var upload = await Client.CreateAsync(_bytes.Length);

        for (var offset = 0; offset < _bytes.Length; offset += 300_000)
        {
            Assert.Equal((460, offset), await PatchAsync(upload, offset, _bytes[offset..(offset + 300_000)], Wrong(algorithm)));
            Assert.Equal(offset, await Client.OffsetAsync(upload));
            var piece = _bytes[offset..(offset + 300_000)];
            Assert.Equal((204, offset + 300_000), await PatchAsync(upload, offset, piece, Right(algorithm, piece)));
        }

        await AssertFileAsync(upload);
        Assert.Equal(3, await ChunksAsync(upload));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task An_upload_that_comes_with_its_POST_is_verified(string algorithm)
    {
        foreach (var size in new[] { 0, 500, 900_000, 3_000_000 })
        {
            var bytes = RandomNumberGenerator.GetBytes(size);
            var user = $"{algorithm}-{size}";

            using var refused = await PostAsync(size, bytes, Wrong(algorithm), user);
            var (code, left) = (await refused.CodeAsync(), await LeftAsync(user));
            using var made = await PostAsync(size, bytes, Right(algorithm, bytes), user);

            Assert.Equal((460, "checksum_mismatch", null), ((int)refused.StatusCode, code, refused.Headers.Location));
            Assert.Equal((0, 0), left);
            Assert.Equal((201, (long)size), ((int)made.StatusCode, made.Offset()));
        }
    }

    [Fact]
    public async Task A_first_part_that_comes_with_its_POST_is_verified()
    {
        using var refused = await PostAsync(_bytes.Length, _bytes[..5000], Wrong("sha1"), "partly");
        Assert.Equal((460, (0, 0)), ((int)refused.StatusCode, await LeftAsync("partly")));

        using var made = await PostAsync(_bytes.Length, _bytes[..5000], Right("sha1", _bytes[..5000]), user: null);

        Assert.Equal((HttpStatusCode.Created, 5000), (made.StatusCode, made.Offset()));
        Assert.Equal((204, _bytes.Length), await PatchAsync(made.Headers.Location!, 5000, _bytes[5000..], Right("sha256", _bytes[5000..])));
        await AssertFileAsync(made.Headers.Location!);
    }

    [Fact]
    public async Task A_refused_POST_leaves_no_bytes_on_the_disk()
    {
        var before = Contents();

        using var small = await PostAsync(1000, new byte[1000], Wrong("md5"), user: null);
        using var large = await PostAsync(3_000_000, new byte[3_000_000], Wrong("md5"), user: null);

        Assert.Equal((460, 460), ((int)small.StatusCode, (int)large.StatusCode));
        Assert.Subset(before, Contents());
    }

    [Fact]
    public async Task A_body_with_a_checksum_is_not_committed_while_it_arrives()
    {
        var (kept, held) = (await Client.CreateAsync(_bytes.Length), await Client.CreateAsync(_bytes.Length));
        using var plain = await Client.StartPatchAsync(kept, 0, _bytes.Length, _bytes[..1000]);
        using var checksummed = await StartAsync(held, 0, Wrong("xxh128"), 1000);

        // The same bytes at the same time: the one that is not checked shows that a checkpoint was due.
        var sent = 1000;
        await TusRequests.EventuallyAsync(async () =>
        {
            await plain.GetStream().WriteAsync(_bytes.AsMemory(sent, 1000), Ct);
            await checksummed.GetStream().WriteAsync(_bytes.AsMemory(sent, 1000), Ct);
            sent += 1000;
            return await ChunksAsync(kept) >= 3 && server.Services.GetRequiredService<LiveUploads>().Find(held.Id())?.UploadedSize >= 3000;
        });

        Assert.Equal((0, 0), (await ChunksAsync(held), await CommittedAsync(held)));
        await checksummed.GetStream().WriteAsync(_bytes.AsMemory(sent), Ct);
        Assert.Equal(460, await checksummed.StatusAsync());
        Assert.Equal((0, 0), (await ChunksAsync(held), await CommittedAsync(held)));
        Assert.Equal((204, _bytes.Length), await PatchAsync(held, 0, _bytes, Right("xxh128", _bytes)));
        await AssertFileAsync(held);
        Assert.Equal(1, await ChunksAsync(held));
    }

    [Theory]
    [InlineData("sha256", 0)]
    [InlineData("sha256", 300_000)]
    [InlineData("xxh128", 300_000)]
    public async Task Nothing_is_kept_of_a_body_that_was_cut(string algorithm, int offset)
    {
        var upload = await StartedAsync(offset);
        using (await StartAsync(upload, offset, Right(algorithm, _bytes[offset..]), 400_000))
        {
            await LiveAsync(upload, offset + 400_000);
        }

        await LiveAsync(upload, null);

        Assert.Equal(offset, await Client.OffsetAsync(upload));
        Assert.Equal((204, _bytes.Length), await PatchAsync(upload, offset, _bytes[offset..], Right(algorithm, _bytes[offset..])));
        await AssertFileAsync(upload);
    }

    [Fact]
    public async Task Nothing_is_kept_of_a_body_that_another_request_ended()
    {
        var upload = await StartedAsync(300_000);
        using var silent = await StartAsync(upload, 300_000, Right("sha256", _bytes[300_000..]), 400_000);
        await LiveAsync(upload, 700_000);

        Assert.Equal(300_000, await Client.OffsetAsync(upload));

        Assert.Equal(423, await silent.StatusAsync());
        Assert.Equal((204, _bytes.Length), await PatchAsync(upload, 300_000, _bytes[300_000..], Right("sha256", _bytes[300_000..])));
        await AssertFileAsync(upload);
    }

    [Fact]
    public async Task A_length_told_with_bytes_that_do_not_match_stays_unknown()
    {
        var upload = await Client.CreateAsync(null);

        Assert.Equal((460, 0), await PatchAsync(upload, 0, _bytes, Wrong("sha1"), length: _bytes.Length));
        using var head = await Client.HeadAsync(upload);
        Assert.Equal((0, true), (head.Offset(), head.Headers.Contains("Upload-Defer-Length")));

        Assert.Equal((204, _bytes.Length), await PatchAsync(upload, 0, _bytes, Right("sha1", _bytes), length: _bytes.Length));
        await AssertFileAsync(upload);
    }

    [Fact]
    public async Task A_length_told_with_checksummed_bytes_is_held_to_what_is_known()
    {
        var (known, unknown) = (await Client.CreateAsync(10), await Client.CreateAsync(null));
        var bytes = _bytes[..5];

        Assert.Equal((400, null), await PatchAsync(known, 0, bytes, Right("md5", bytes), length: 11));
        Assert.Equal((413, null), await PatchAsync(unknown, 0, bytes, Right("md5", bytes), length: 4));
        Assert.Equal((204, 5), await PatchAsync(unknown, 0, bytes, Right("md5", bytes), length: 10));
        Assert.Equal((400, null), await PatchAsync(unknown, 5, bytes, Right("md5", bytes), length: 11));
        Assert.Equal((204, 10), await PatchAsync(unknown, 5, bytes, Right("md5", bytes), length: 10));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task No_bytes_have_a_checksum_too(string algorithm)
    {
        var (open, deferred) = (await StartedAsync(300_000), await Client.CreateAsync(null));

        Assert.Equal((460, 300_000), await PatchAsync(open, 300_000, [], Wrong(algorithm)));
        Assert.Equal((204, 300_000), await PatchAsync(open, 300_000, [], Right(algorithm, [])));
        Assert.Equal((460, 0), await PatchAsync(deferred, 0, [], Wrong(algorithm), length: 0));
        Assert.Equal((204, 0), await PatchAsync(deferred, 0, [], Right(algorithm, []), length: 0));
        Assert.Equal((460, null), await PatchAsync(deferred, 0, [], Wrong(algorithm)));
        Assert.Equal((204, 0), await PatchAsync(deferred, 0, [], Right(algorithm, [])));
    }

    [Fact]
    public async Task A_key_finds_its_upload_also_when_the_bytes_do_not_match()
    {
        var upload = await Client.CreateAsync(_bytes.Length, $"resumeKey {Convert.ToBase64String("ours"u8)}");

        using var refused = await PostAsync(_bytes.Length, _bytes, Wrong("sha256"), user: null, key: "ours");
        using var again = await PostAsync(_bytes.Length, _bytes, Right("sha256", _bytes), user: null, key: "ours");

        Assert.Equal((460, HttpStatusCode.Created), ((int)refused.StatusCode, again.StatusCode));
        Assert.Equal((upload.Id(), _bytes.Length), (again.Headers.Location!.Id(), again.Offset()));
        await AssertFileAsync(upload);
    }

    private static string Right(string name, byte[] bytes)
    {
        using var running = ChecksumAlgorithms.Find(name)!.Start();
        running.Append(bytes);
        return $"{name} {Convert.ToBase64String(running.Finish())}";
    }

    private static string Wrong(string name) => Right(name, [1, 2, 3]);

    private async Task<Uri> StartedAsync(int offset)
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        if (offset > 0)
        {
            using var first = await Client.PatchAsync(upload, 0, _bytes[..offset]);
            Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);
        }

        return upload;
    }

    private async Task<(int Status, int? Offset)> PatchAsync(Uri upload, int offset, byte[] body, string checksum, int? length = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, upload)
        {
            Headers =
            {
                { "Tus-Resumable", "1.0.0" }, { "Upload-Offset", offset.ToString(CultureInfo.InvariantCulture) }, { "Upload-Checksum", checksum },
            },
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/offset+octet-stream") } },
        };
        if (length is { } told)
        {
            request.Headers.Add("Upload-Length", told.ToString(CultureInfo.InvariantCulture));
        }

        using var answer = await Client.SendAsync(request, Ct);
        return ((int)answer.StatusCode, answer.Headers.Contains("Upload-Offset") ? (int)answer.Offset() : null);
    }

    private Task<HttpResponseMessage> PostAsync(int length, byte[] body, string checksum, string? user, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/uploads")
        {
            Headers =
            {
                { "Tus-Resumable", "1.0.0" }, { "Upload-Length", length.ToString(CultureInfo.InvariantCulture) }, { "Upload-Checksum", checksum },
            },
            Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/offset+octet-stream") } },
        };
        request.Headers.Add("X-TusUpload-User", user ?? "local");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return Client.SendAsync(request, Ct);
    }

    /// <summary>A PATCH of all that is left, of which the first bytes are sent.</summary>
    private async Task<TcpClient> StartAsync(Uri upload, int offset, string checksum, int sent)
    {
        var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, server.Address.Port, Ct);
        var head = $"PATCH {upload.OriginalString} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
            + $"Upload-Checksum: {checksum}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {_bytes.Length - offset}\r\n\r\n";
        await socket.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Ct);
        await socket.GetStream().WriteAsync(_bytes.AsMemory(offset, sent), Ct);
        return socket;
    }

    private Task LiveAsync(Uri upload, long? at)
    {
        var live = server.Services.GetRequiredService<LiveUploads>();
        return TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == at));
    }

    private Task<int> ChunksAsync(Uri upload) => server.WithDbAsync(db => db.Chunks.CountAsync(chunk => chunk.SessionId == upload.Id(), Ct));

    private Task<long> CommittedAsync(Uri upload) =>
        server.WithDbAsync(db => db.Sessions.Where(session => session.Id == upload.Id()).Select(session => session.UploadedSize).SingleAsync(Ct));

    /// <summary>What a user has: uploads that are not ended, and bytes held for them.</summary>
    private async Task<(int Uploads, long Reserved)> LeftAsync(string user)
    {
        var (_, reserved) = await Client.UsageAsync(user);
        return (await server.WithDbAsync(db => db.Sessions.CountAsync(
            session => session.UserId == user && session.Status != "terminated", Ct)), reserved);
    }

    private HashSet<string> Contents()
    {
        var root = Path.GetDirectoryName(Path.GetDirectoryName(
            ((IFileContent)server.Services.GetRequiredService<IUploadContent>()).PathOf(Guid.Empty)))!;
        return [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)];
    }

    private async Task AssertFileAsync(Uri upload)
    {
        var file = await Client.EndedFileAsync(upload.Id());
        Assert.Equal(
            ("ready", Convert.ToHexStringLower(SHA256.HashData(_bytes))),
            (file.GetProperty("processingStatus").GetString(), file.GetProperty("sha256").GetString()));
    }

    public sealed class OftenCheckpointed(PostgresServer postgres) : RunningServer(postgres)
    {
        protected override IEnumerable<(string Key, string Value)> Settings => [("Sessions:CheckpointInterval", "00:00:00.050")];
    }
}
