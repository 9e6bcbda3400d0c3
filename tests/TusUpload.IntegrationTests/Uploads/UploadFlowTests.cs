using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.Data;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Content;
using TusUpload.Uploads.Expiry;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>From the first POST to the last byte, and what becomes of it.</summary>
public sealed class UploadFlowTests(RunningServer server) : IClassFixture<RunningServer>
{
    private HttpClient Client => server.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_in_pieces_becomes_a_file_with_its_digest()
    {
        var bytes = RandomNumberGenerator.GetBytes(300_000);
        var upload = await Client.CreateAsync(bytes.Length, $"filename {Base64("Übersicht 数据.pdf")},filetype {Base64("application/pdf")}");

        for (var offset = 0; offset < bytes.Length; offset += 100_000)
        {
            using var answer = await Client.PatchAsync(upload, offset, bytes[offset..(offset + 100_000)]);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal(offset + 100_000, answer.Offset());
        }

        var file = await Client.EndedFileAsync(upload.Id());
        Assert.Equal("ready", file.GetProperty("processingStatus").GetString());
        Assert.Equal("Übersicht 数据.pdf", file.GetProperty("fileName").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
        Assert.Equal(bytes, await Client.GetByteArrayAsync(new Uri($"/api/v1/files/{upload.Id()}/content", UriKind.Relative), Ct));
        await using var db = Db();
        Assert.NotNull(await db.Files.Where(row => row.Id == upload.Id()).Select(row => row.ReceivedSha256).SingleAsync(Ct));
        Assert.Equal(3, await db.Chunks.CountAsync(chunk => chunk.SessionId == upload.Id(), Ct));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public async Task An_upload_that_comes_with_its_POST_is_complete_with_the_answer(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);

        using var answer = await Client.PostAsync(size, size == 0 ? null : bytes);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(size, await Client.OffsetAsync(answer.Headers.Location!));
        var file = await Client.EndedFileAsync(answer.Headers.Location!.Id());
        Assert.Equal(("ready", size), (file.GetProperty("processingStatus").GetString(), file.GetProperty("fileSize").GetInt64()));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), file.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task An_empty_upload_may_come_with_an_empty_body_of_unknown_length()
    {
        using var answer = await Client.SendAsync(Chunked(HttpMethod.Post, "/uploads", ("Upload-Length", "0")), Ct);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("ready", (await Client.EndedFileAsync(answer.Headers.Location!.Id())).GetProperty("processingStatus").GetString());
    }

    [Fact]
    public async Task A_last_answer_may_be_asked_for_again_with_an_empty_body_of_unknown_length()
    {
        var upload = await Client.CreateAsync(3);
        using var last = await Client.PatchAsync(upload, 0, "abc"u8.ToArray());

        using var again = await Client.SendAsync(Chunked(HttpMethod.Patch, upload.OriginalString, ("Upload-Offset", "3")), Ct);

        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
    }

    [Fact]
    public async Task A_name_that_grows_in_its_normal_form_is_kept()
    {
        var name = string.Concat(Enumerable.Repeat('\u0958', 85));
        var path = string.Join('/', Enumerable.Repeat(name, 4));

        using var answer = await Client.PostAsync(1, [1], $"filename {Base64(name)},relativePath {Base64(path)}");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var file = await Client.EndedFileAsync(answer.Headers.Location!.Id());
        Assert.Equal(170, file.GetProperty("fileName").GetString()!.Length);
        var id = answer.Headers.Location!.Id();
        var kept = await server.WithDbAsync(db => db.Files.Where(row => row.Id == id).Select(row => row.RelativePath!).SingleAsync(Ct));
        Assert.Equal((4 * 171) - 1, kept.Length);
    }

    [Fact]
    public async Task A_length_may_be_told_with_the_last_piece()
    {
        var upload = await Client.CreateAsync(null);
        using var first = await Client.PatchAsync(upload, 0, new byte[1000]);
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);

        using var last = await Client.PatchAsync(upload, 1000, new byte[500], length: 1500);

        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        Assert.Equal("ready", (await Client.EndedFileAsync(upload.Id())).GetProperty("processingStatus").GetString());
    }

    [Fact]
    public async Task A_length_told_when_everything_is_there_completes_the_upload()
    {
        var upload = await Client.CreateAsync(null);
        using var first = await Client.PatchAsync(upload, 0, new byte[1000]);

        using var last = await Client.PatchAsync(upload, 1000, [], length: 1000);

        Assert.Equal(HttpStatusCode.NoContent, last.StatusCode);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(new byte[1000])),
            (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_promised_digest_that_the_bytes_do_not_have_rejects_the_file()
    {
        using var answer = await Client.PostAsync(5, "hello"u8.ToArray(), $"sha256 {Base64(new string('0', 64))}", user: "promiser");

        var id = answer.Headers.Location!.Id();
        await TusRequests.EventuallyAsync(async () =>
        {
            await using var db = Db();
            return await db.Files.AnyAsync(file => file.Id == id && file.ProcessingStatus == "rejected", Ct);
        });
        await using var after = Db();
        Assert.Equal("checksum_mismatch", await after.Files.Where(file => file.Id == id).Select(file => file.RejectionCode).SingleAsync(Ct));
        Assert.Equal((0, 0), await Client.UsageAsync("promiser"));
    }

    [Fact]
    public async Task A_last_answer_that_was_lost_may_be_asked_for_again()
    {
        var upload = await Client.CreateAsync(3);
        using var last = await Client.PatchAsync(upload, 0, "abc"u8.ToArray());

        using var again = await Client.PatchAsync(upload, 3, []);
        using var more = await Client.PatchAsync(upload, 3, "d"u8.ToArray());

        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Equal((HttpStatusCode.Forbidden, "upload_completed"), (more.StatusCode, await more.CodeAsync()));
    }

    [Fact]
    public async Task A_body_beyond_the_length_is_refused_and_nothing_of_it_is_kept()
    {
        var upload = await Client.CreateAsync(10);

        using var answer = await Client.PatchAsync(upload, 0, new byte[11]);

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "body_too_long"), (answer.StatusCode, await answer.CodeAsync()));
        Assert.Equal(0, await Client.OffsetAsync(upload));
    }

    [Fact]
    public async Task A_terminated_upload_is_gone_with_its_bytes_and_its_reservation()
    {
        var upload = await Client.CreateAsync(1_000_000, user: "terminator");
        using var some = await Client.PatchAsync(upload, 0, new byte[1000], user: "terminator");
        Assert.Equal((0, 1_000_000), await Client.UsageAsync("terminator"));

        using var answer = await Client.TerminateAsync(upload, "terminator");

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        using var head = await Client.HeadAsync(upload, "terminator");
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        Assert.Equal((0, 0), await Client.UsageAsync("terminator"));
        Assert.False(File.Exists(PathOf(upload)));
    }

    [Fact]
    public async Task An_upload_whose_time_ran_out_is_gone_with_its_bytes_and_its_reservation()
    {
        var upload = await Client.CreateAsync(1_000_000, user: "sleeper");
        Assert.True(File.Exists(PathOf(upload)));
        await using var db = Db();
        await db.Sessions.Where(session => session.Id == upload.Id())
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.ExpiresAt, TimeProvider.System.GetUtcNow().AddSeconds(-1)), Ct);
        using var head = await Client.HeadAsync(upload, "sleeper");
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);

        await server.Services.GetRequiredService<ExpirySweep>().RunOnceAsync(Ct);

        Assert.Equal((0, 0), await Client.UsageAsync("sleeper"));
        Assert.False(File.Exists(PathOf(upload)));
        Assert.Equal("expired", await db.Sessions.Where(session => session.Id == upload.Id()).Select(session => session.Status).SingleAsync(Ct));
    }

    [Fact]
    public async Task An_upload_that_cannot_be_ended_holds_up_no_others()
    {
        var (stuck, other) = (await Client.CreateAsync(10, user: "miscounted"), await Client.CreateAsync(10));
        await using var db = Db();
        await SetReservedAsync(0);
        foreach (var (upload, ago) in new[] { (stuck, 2), (other, 1) })
        {
            await db.Sessions.Where(session => session.Id == upload.Id())
                .ExecuteUpdateAsync(set => set.SetProperty(session => session.ExpiresAt, TimeProvider.System.GetUtcNow().AddMinutes(-ago)), Ct);
        }

        var sweep = server.Services.GetRequiredService<ExpirySweep>();
        await sweep.RunOnceAsync(pageSize: 1, Ct);

        Assert.Equal(("receiving", "expired"), (await StatusAsync(stuck), await StatusAsync(other)));
        Assert.False(File.Exists(PathOf(other)));
        await SetReservedAsync(10);
        await sweep.RunOnceAsync(pageSize: 1, Ct);
        Assert.Equal("expired", await StatusAsync(stuck));

        Task<int> SetReservedAsync(long bytes) => db.Users.Where(user => user.Id == "miscounted")
            .ExecuteUpdateAsync(set => set.SetProperty(user => user.StorageReserved, bytes), Ct);

        Task<string> StatusAsync(Uri upload) => db.Sessions.Where(session => session.Id == upload.Id()).Select(session => session.Status).SingleAsync(Ct);
    }

    [Fact]
    public async Task Bytes_that_cannot_be_removed_hold_up_no_others()
    {
        var (stuck, other) = (await Client.CreateAsync(10), await Client.CreateAsync(10));
        File.Delete(PathOf(stuck));
        Directory.CreateDirectory(PathOf(stuck));
        await using var db = Db();
        await db.Sessions.Where(session => session.Id == stuck.Id() || session.Id == other.Id())
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.ExpiresAt, TimeProvider.System.GetUtcNow().AddSeconds(-1)), Ct);

        var swept = await server.Services.GetRequiredService<ExpirySweep>().RunOnceAsync(pageSize: 1, Ct);

        Assert.Equal(1, swept.Kept);
        Assert.False(File.Exists(PathOf(other)));
        Directory.Delete(PathOf(stuck));
    }

    [Fact]
    public async Task Another_users_upload_is_not_there()
    {
        var upload = await Client.CreateAsync(10, user: "ann");

        using var head = await Client.HeadAsync(upload, "bob");
        using var patch = await Client.PatchAsync(upload, 0, new byte[10], user: "bob");
        using var delete = await Client.TerminateAsync(upload, "bob");

        Assert.All([head, patch, delete], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        using var own = await Client.HeadAsync(upload, "ann");
        Assert.Equal(0, own.Offset());
    }

    [Fact]
    public async Task A_full_quota_is_said_with_its_level_and_what_is_left()
    {
        _ = await Client.CreateAsync(1, user: "saver");
        await using var db = Db();
        await db.Users.Where(user => user.Id == "saver").ExecuteUpdateAsync(set => set.SetProperty(user => user.StorageLimit, 100L), Ct);

        using var answer = await Client.PostAsync(100, user: "saver");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "quota_exceeded"), (answer.StatusCode, await answer.CodeAsync()));
        var problem = await answer.Content.ReadAsStringAsync(Ct);
        Assert.EndsWith(
            """
            "code":"quota_exceeded","level":"user","limit":100,"used":0,"reserved":1,"bytesLeft":99,"asked":100}
            """,
            problem,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upload_of_unknown_length_stops_at_the_quota_and_keeps_what_it_has()
    {
        var upload = await Client.CreateAsync(null, user: "streamer");
        await using var db = Db();
        await db.Users.Where(user => user.Id == "streamer").ExecuteUpdateAsync(set => set.SetProperty(user => user.StorageLimit, 1500L), Ct);
        using var first = await Client.PatchAsync(upload, 0, new byte[1000], user: "streamer");
        Assert.Equal(HttpStatusCode.NoContent, first.StatusCode);

        using var refused = await Client.PatchAsync(upload, 1000, new byte[1000], user: "streamer");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "quota_exceeded"), (refused.StatusCode, await refused.CodeAsync()));
        using var head = await Client.HeadAsync(upload, "streamer");
        Assert.Equal(1000, head.Offset());
    }

    private static HttpRequestMessage Chunked(HttpMethod method, string uri, (string Name, string Value) header)
    {
        var request = new HttpRequestMessage(method, uri) { Content = new StreamContent(Stream.Null) };
        request.Headers.Add("Tus-Resumable", "1.0.0");
        request.Headers.Add(header.Name, header.Value);
        request.Headers.TransferEncodingChunked = true;
        request.Content.Headers.ContentType = new("application/offset+octet-stream");
        return request;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private TusUploadDb Db() => server.Services.GetRequiredService<IDbContextFactory<TusUploadDb>>().CreateDbContext();

    private string PathOf(Uri upload) => ((IFileContent)server.Services.GetRequiredService<IUploadContent>()).PathOf(upload.Id());
}
