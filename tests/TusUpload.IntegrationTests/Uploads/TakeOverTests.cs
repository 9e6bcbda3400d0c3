using System.Net;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.Data;
using TusUpload.IntegrationTests.Harness;
using TusUpload.Uploads.Progress;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>Connections that are cut, stay silent or come too late; one writer at a time.</summary>
public sealed class TakeOverTests(RunningServer server) : IClassFixture<RunningServer>
{
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(1_000_000);

    private HttpClient Client => server.Client;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_received_before_a_hangup_are_kept()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using (await StartAsync(upload, 0, 400_000))
        {
        }

        await TusRequests.EventuallyAsync(async () => await Client.OffsetAsync(upload) == 400_000);
        await FinishAsync(upload, 400_000);
    }

    [Fact]
    public async Task A_client_that_comes_back_takes_over_from_its_own_silent_connection()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var silent = await StartAsync(upload, 0, 400_000);

        Assert.Equal(400_000, await Client.OffsetAsync(upload));
        await FinishAsync(upload, 400_000);

        Assert.Equal(423, await silent.StatusAsync());
    }

    [Fact]
    public async Task A_PATCH_that_knows_where_the_writer_stands_takes_over_without_asking_first()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var silent = await StartAsync(upload, 0, 400_000);

        await FinishAsync(upload, 400_000);

        Assert.Equal(423, await silent.StatusAsync());
    }

    [Fact]
    public async Task A_late_request_of_a_cut_connection_ends_nobody()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 0, 400_000);

        using var late = await Client.PatchAsync(upload, 0, _bytes);

        Assert.Equal((HttpStatusCode.Conflict, "offset_mismatch"), (late.StatusCode, await late.CodeAsync()));
        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
        Assert.Equal(_bytes.Length, await Client.OffsetAsync(upload));
    }

    [Fact]
    public async Task A_late_request_that_tells_a_length_ends_nobody_and_changes_nothing()
    {
        var upload = await Client.CreateAsync(null);
        using var live = await StartAsync(upload, 0, 400_000);

        using var late = await Client.PatchAsync(upload, 0, [], length: 400_000);

        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
        using var told = await Client.PatchAsync(upload, _bytes.Length, [], length: _bytes.Length);
        Assert.Equal(HttpStatusCode.NoContent, told.StatusCode);
        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Another_user_does_not_end_a_running_upload()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 0, 400_000);

        using var head = await Client.HeadAsync(upload, "bob");
        using var patch = await Client.PatchAsync(upload, 400_000, _bytes[400_000..], user: "bob");
        using var delete = await Client.TerminateAsync(upload, "bob");

        Assert.All([head, patch, delete], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
    }

    [Fact]
    public async Task A_termination_ends_a_running_upload()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 0, 400_000);

        using var delete = await Client.TerminateAsync(upload);

        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        Assert.Equal(423, await live.StatusAsync());
        using var head = await Client.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
    }

    [Fact]
    public async Task The_offset_of_a_long_PATCH_is_committed_while_its_bytes_arrive()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 0, 400_000);
        await using var db = Db();

        var sent = 400_000;
        await TusRequests.EventuallyAsync(async () =>
        {
            if (sent < 900_000)
            {
                await live.GetStream().WriteAsync(_bytes.AsMemory(sent, 1000), Ct);
                sent += 1000;
            }

            return await db.Sessions.AnyAsync(session => session.Id == upload.Id() && session.UploadedSize > 0 && session.LeaseNode != null, Ct);
        });

        await live.GetStream().WriteAsync(_bytes.AsMemory(sent), Ct);
        Assert.Equal(204, await live.StatusAsync());
        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
        Assert.True(await db.Chunks.CountAsync(chunk => chunk.SessionId == upload.Id(), Ct) > 1);
    }

    [Fact]
    public async Task A_writer_that_lost_its_lease_commits_nothing_more()
    {
        var upload = await Client.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 0, 400_000);
        await using var db = Db();
        await db.Sessions.Where(session => session.Id == upload.Id())
            .ExecuteUpdateAsync(set => set.SetProperty(session => session.LeaseEpoch, session => session.LeaseEpoch + 1), Ct);

        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);

        Assert.Equal(423, await live.StatusAsync());
        var offset = await Client.OffsetAsync(upload);
        Assert.True(offset < _bytes.Length);
        await FinishAsync(upload, (int)offset);
    }

    [Fact]
    public async Task Many_that_resume_at_once_leave_one_right_file()
    {
        var upload = await Client.CreateAsync(_bytes.Length);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            while (true)
            {
                using var head = await Client.HeadAsync(upload);
                if (head.StatusCode == HttpStatusCode.Locked)
                {
                    continue;
                }

                var offset = (int)head.Offset();
                if (offset == _bytes.Length)
                {
                    return;
                }

                using var patch = await Client.PatchAsync(upload, offset, _bytes[offset..Math.Min(offset + 50_000, _bytes.Length)]);
                Assert.True((int)patch.StatusCode is 204 or 403 or 409 or 423);
            }
        }));

        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    private string Digest => Convert.ToHexStringLower(SHA256.HashData(_bytes));

    /// <summary>A PATCH of all that is left, of which the first bytes have arrived.</summary>
    private async Task<System.Net.Sockets.TcpClient> StartAsync(Uri upload, int offset, int sent)
    {
        var socket = await Client.StartPatchAsync(upload, offset, _bytes.Length - offset, _bytes[offset..(offset + sent)]);
        var live = server.Services.GetRequiredService<LiveUploads>();
        await TusRequests.EventuallyAsync(() => Task.FromResult(live.Find(upload.Id())?.UploadedSize == offset + sent));
        return socket;
    }

    private async Task FinishAsync(Uri upload, int offset)
    {
        using var patch = await Client.PatchAsync(upload, offset, _bytes[offset..]);
        Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
        Assert.Equal(Digest, (await Client.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    private TusUploadDb Db() => server.Services.GetRequiredService<IDbContextFactory<TusUploadDb>>().CreateDbContext();
}
