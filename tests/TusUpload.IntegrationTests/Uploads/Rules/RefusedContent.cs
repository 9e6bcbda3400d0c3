using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Progress;

namespace TusUpload.IntegrationTests.Uploads.Rules;

/// <summary>What becomes of an upload whose first bytes may not be kept, however they come and whatever holds them.</summary>
public abstract class RefusedContent(RefusalServers servers) : IAsyncLifetime
{
    private const int Size = 2_000_000;
    private static readonly string Picture = RuleRequests.Metadata(("filename", "a.png"), ("filetype", "image/png"));

    // Users keep apart what each test holds.
    private readonly string _user = "u" + Guid.CreateVersion7().ToString("N");
    private RunningServer _server = null!;
    private Guid _batch;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Client => _server.Client;

    public async ValueTask InitializeAsync()
    {
        _server = await servers.FirstAsync();
        _batch = await _server.BatchAsync(_user);
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(Size)]
    [InlineData(600)]
    [InlineData(20)]
    public async Task In_one_PATCH(int size)
    {
        var upload = await CreateAsync(size);

        using var refused = await Client.PatchAsync(upload, 0, RuleRequests.Program(size), user: _user);

        await IsRefusedAsync(refused);
        await IsGoneAsync(upload);
    }

    [Fact]
    public async Task In_pieces_of_several_requests_at_several_servers()
    {
        await using var other = await servers.StartAsync(_server);
        var upload = await CreateAsync(Size);
        var bytes = RuleRequests.Program(Size);
        int[] ends = [1, 2, 3, 100, 511];
        var offset = 0;
        foreach (var end in ends)
        {
            using var taken = await (end % 2 == 0 ? other : _server).Client.PatchAsync(upload, offset, bytes[offset..end], user: _user);
            Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);
            offset = end;
        }

        using var refused = await other.Client.PatchAsync(upload, offset, bytes[offset..], user: _user);

        await IsRefusedAsync(refused);
        await IsGoneAsync(upload);
    }

    [Fact]
    public async Task With_the_client_still_sending()
    {
        var upload = await CreateAsync(1L << 30);
        using var socket = await Client.StartPatchAsync(upload, 0, 1L << 30, RuleRequests.Program(64 * 1024), _user);

        Assert.Equal(415, await socket.StatusAsync());
        await IsGoneAsync(upload);
    }

    [Fact]
    public async Task After_the_connection_was_cut_in_the_middle_of_them()
    {
        var upload = await CreateAsync(Size);
        using (await Client.StartPatchAsync(upload, 0, Size, RuleRequests.Program(100), _user))
        {
            var live = _server.Services.GetRequiredService<LiveUploads>();
            await TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == 100));
        }

        await TusRequests.EventuallyAsync(async () => await OffsetAsync(upload) == 100);

        using var refused = await Client.PatchAsync(upload, 100, new byte[Size - 100], user: _user);

        await IsRefusedAsync(refused);
        await IsGoneAsync(upload);
    }

    [Theory]
    [InlineData(Size, Size)]
    [InlineData(Size, 1000)]
    [InlineData(1000, 1000)]
    [InlineData(20, 20)]
    public async Task With_the_POST(int size, int sent)
    {
        using var refused = await Client.PostAsync(size, RuleRequests.Program(sent), $"{Picture},batchId {Base64(_batch.ToString())}", _user);

        await IsRefusedAsync(refused);
        Assert.Null(refused.Headers.Location);
        await IsNothingLeftAsync();
    }

    [Fact]
    public async Task Of_unknown_length_until_it_is_told()
    {
        var upload = await CreateAsync(null);
        using (var taken = await Client.PatchAsync(upload, 0, RuleRequests.Program(60), user: _user))
        {
            Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);
        }

        using var refused = await Client.PatchAsync(upload, 60, [], length: 60, user: _user);

        await IsRefusedAsync(refused);
        await IsGoneAsync(upload);
    }

    [Fact]
    public async Task Of_unknown_length()
    {
        var upload = await CreateAsync(null);

        using var refused = await Client.PatchAsync(upload, 0, RuleRequests.Program(Size), user: _user);

        await IsRefusedAsync(refused);
        await IsGoneAsync(upload);
    }

    [Theory]
    [InlineData(Size)]
    [InlineData(300)]
    public async Task Only_when_they_are_what_the_client_sent(int size)
    {
        var upload = await CreateAsync(size);
        var bytes = RuleRequests.Program(size);
        using (var broken = await ChecksummedAsync(upload, bytes, SHA256.HashData([1])))
        {
            Assert.Equal((460, 0), ((int)broken.StatusCode, await OffsetAsync(upload)));
        }

        using var refused = await ChecksummedAsync(upload, bytes, SHA256.HashData(bytes));

        await IsRefusedAsync(refused);
        await IsGoneAsync(upload);
    }

    [Theory]
    [InlineData(Size)]
    [InlineData(300)]
    public async Task Under_a_key_that_is_free_again_then(int size)
    {
        var metadata = $"{Picture},batchId {Base64(_batch.ToString())},resumeKey {Base64("key")}";
        using (var made = await Client.PostAsync(size, null, metadata, _user))
        {
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        }

        using var refused = await Client.PostAsync(size, RuleRequests.Program(size), metadata, _user);

        await IsRefusedAsync(refused);
        await IsNothingLeftAsync();
        using var again = await Client.PostAsync(size, RuleRequests.Picture(size), metadata, _user);
        Assert.Equal(size, again.Offset());
        await EndsAsync(again.Headers.Location!, RuleRequests.Picture(size));
    }

    [Fact]
    public async Task In_the_other_protocol()
    {
        var uploads = new Uri("/uploads", UriKind.Relative);
        using var whole = await Client.ResumableAsync(
            HttpMethod.Post, uploads, RuleRequests.Program(Size), "image/png", _user, ("Upload-Complete", "?1"));
        using var made = await Client.ResumableAsync(
            HttpMethod.Post, uploads, RuleRequests.Program(40), "image/png", _user, ("Upload-Complete", "?0"));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        using var appended = await Client.ResumableAsync(
            HttpMethod.Patch, made.Headers.Location!, [], "application/partial-upload", _user, ("Upload-Complete", "?1"), ("Upload-Offset", "40"));

        await IsRefusedAsync(whole);
        Assert.Null(whole.Headers.Location);
        await IsRefusedAsync(appended);
        await IsGoneAsync(made.Headers.Location!);
    }

    [Fact]
    public async Task In_parts_when_they_are_joined()
    {
        var bytes = RuleRequests.Program(Size);
        Uri[] parts = [await Client.UploadPartAsync(bytes[..1], user: _user), await Client.UploadPartAsync(bytes[1..], user: _user)];

        using var refused = await Client.ConcatenateAsync(parts, $"{Picture},batchId {Base64(_batch.ToString())}", _user);

        await IsRefusedAsync(refused);
        foreach (var part in parts)
        {
            await IsGoneAsync(part);
        }
    }

    [Fact]
    public async Task In_parts_that_were_joined_before_they_were_complete()
    {
        var bytes = RuleRequests.Program(Size);
        Uri[] parts = [await Client.CreatePartAsync(1000, user: _user), await Client.UploadPartAsync(bytes[1000..], user: _user)];
        var final = await Client.JoinAsync(parts, $"{Picture},batchId {Base64(_batch.ToString())}", _user);

        using var refused = await Client.PatchAsync(parts[0], 0, bytes[..1000], user: _user);

        await IsRefusedAsync(refused);
        foreach (var one in parts.Append(final))
        {
            await IsGoneAsync(one);
        }
    }

    [Fact]
    public async Task But_not_where_they_are_what_they_should_be()
    {
        var bytes = RuleRequests.Picture(Size);
        var upload = await CreateAsync(Size);
        for (int offset = 0, piece = 1; offset < Size; offset += piece, piece = Math.Min(piece * 8, Size - offset))
        {
            using var taken = await Client.PatchAsync(upload, offset, bytes[offset..(offset + piece)], user: _user);
            Assert.Equal(HttpStatusCode.NoContent, taken.StatusCode);
        }

        await EndsAsync(upload, bytes);
        Uri[] parts = [await Client.UploadPartAsync(bytes[..5], user: _user), await Client.UploadPartAsync(bytes[5..], user: _user)];
        await EndsAsync(await Client.JoinAsync(parts, Picture, _user), bytes);
        await EndsAsync(await Client.JoinAsync(parts, Picture, _user), bytes);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static async Task IsRefusedAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        var problem = await answer.ProblemAsync();
        Assert.Equal(("type_mismatch", "application/vnd.microsoft.portable-executable"), (problem["code"], problem["detectedType"]));
    }

    private Task<Uri> CreateAsync(long? length) => Client.CreateAsync(length, $"{Picture},batchId {Base64(_batch.ToString())}", _user);

    private async Task<long> OffsetAsync(Uri upload)
    {
        using var answer = await Client.HeadAsync(upload, _user);
        return answer.Offset();
    }

    private Task<HttpResponseMessage> ChecksummedAsync(Uri upload, byte[] bytes, byte[] sha256)
    {
        var request = new HttpRequestMessage(HttpMethod.Patch, upload)
        {
            Headers =
            {
                { "Tus-Resumable", "1.0.0" }, { "Upload-Offset", 0.ToString(CultureInfo.InvariantCulture) }, { "X-TusUpload-User", _user },
                { "Upload-Checksum", $"sha256 {Convert.ToBase64String(sha256)}" },
            },
            Content = new ByteArrayContent(bytes) { Headers = { ContentType = new("application/offset+octet-stream") } },
        };
        return Client.SendAsync(request, Ct);
    }

    private async Task IsGoneAsync(Uri upload)
    {
        using var head = await Client.HeadAsync(upload, _user);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        var session = await _server.WithDbAsync(db => db.Sessions.SingleAsync(row => row.Id == upload.Id(), Ct));
        Assert.Equal(("terminated", 0, true), (session.Status, session.ReservedSize, session.ContentRemoved));
        Assert.Null(session.LeaseNode);
        await IsNothingLeftAsync();
    }

    /// <summary>
    /// Nothing is held, counted or kept of anything that this test's user sent, and its batch waits for its file as before.
    /// </summary>
    private async Task IsNothingLeftAsync()
    {
        Assert.Equal((0, 0), await Client.UsageAsync(_user));
        Assert.Empty(await _server.WithDbAsync(db => db.Files.Where(file => file.UserId == _user).Select(file => file.Id).ToListAsync(Ct)));
        var others = await _server.WithDbAsync(db => db.Sessions.Where(row => row.UserId != _user).Select(row => row.Id).ToListAsync(Ct));
        var content = _server.Services.GetRequiredService<IUploadContent>();
        await foreach (var id in content.ListAsync(TimeProvider.System.GetUtcNow().AddDays(1), Ct))
        {
            Assert.Contains(id, others);
        }

        var batch = await _server.WithDbAsync(db => db.Batches.SingleAsync(row => row.Id == _batch, Ct));
        Assert.Equal(("open", 0, 0, 0), (batch.Status, batch.JoinedFiles, batch.ReceivedFiles, batch.FailedFiles));
        var (begun, ended) = await _server.WithDbAsync(async db => (
            await db.Outbox.CountAsync(row => row.UserId == _user && row.Type == "upload.created", Ct),
            await db.Outbox.CountAsync(row => row.UserId == _user && row.Type == "upload.terminated", Ct)));
        Assert.Equal(begun, ended);
    }

    private async Task EndsAsync(Uri upload, byte[] bytes)
    {
        var file = await _server.ClientOf(_user).EndedFileAsync(upload.Id());
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
    }
}
