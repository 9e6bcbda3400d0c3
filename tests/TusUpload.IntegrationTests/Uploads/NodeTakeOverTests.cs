using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using TusUpload.Data.Sessions;

namespace TusUpload.IntegrationTests.Uploads;

/// <summary>One node receives from a client that stays silent, and another is asked for the upload.</summary>
public abstract class NodeTakeOverCompliance(TwoNodes nodes)
{
    private readonly byte[] _bytes = RandomNumberGenerator.GetBytes(1_000_000);

    protected TwoNodes Nodes => nodes;

    protected HttpClient One => nodes.One.Client;

    protected HttpClient Other => nodes.Other.Client;

    protected byte[] Bytes => _bytes;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string Digest => Convert.ToHexStringLower(SHA256.HashData(_bytes));

    [Fact]
    public async Task A_HEAD_is_told_every_byte_that_the_other_node_has_received()
    {
        var upload = await One.CreateAsync(_bytes.Length);
        using var silent = await StartAsync(upload, 400_000);

        Assert.Equal(400_000, await Other.OffsetAsync(upload));

        await FinishAsync(upload, 400_000);
        Assert.Equal(423, await silent.StatusAsync());
    }

    [Fact]
    public async Task A_PATCH_that_knows_where_the_other_nodes_writer_stands_takes_over_without_asking_first()
    {
        var upload = await One.CreateAsync(_bytes.Length);
        using var silent = await StartAsync(upload, 400_000);

        await FinishAsync(upload, 400_000);

        Assert.Equal(423, await silent.StatusAsync());
    }

    [Fact]
    public async Task A_PATCH_that_stands_elsewhere_is_refused_and_ends_nobody()
    {
        var upload = await One.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 400_000);

        using var late = await Other.PatchAsync(upload, 0, _bytes);

        Assert.Equal((HttpStatusCode.Conflict, "offset_mismatch"), (late.StatusCode, await late.CodeAsync()));
        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
        Assert.Equal(Digest, (await Other.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_DELETE_ends_the_upload_and_its_writer()
    {
        var upload = await One.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 400_000);

        using var delete = await Other.TerminateAsync(upload);

        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
        Assert.Equal(423, await live.StatusAsync());
        using var head = await One.HeadAsync(upload);
        Assert.Equal(HttpStatusCode.NotFound, head.StatusCode);
        Assert.Equal((0, 0), await One.UsageAsync("nobody else"));
    }

    [Fact]
    public async Task A_length_that_is_told_where_the_writer_stands_ends_it()
    {
        var upload = await One.CreateAsync(null);
        using var silent = await StartAsync(upload, 400_000);

        using var told = await Other.PatchAsync(upload, 400_000, [], length: 400_000);

        Assert.Equal(HttpStatusCode.NoContent, told.StatusCode);
        Assert.Equal(423, await silent.StatusAsync());
        Assert.Equal(400_000, (await Other.EndedFileAsync(upload.Id())).GetProperty("fileSize").GetInt64());
    }

    [Fact]
    public async Task A_length_that_is_told_late_ends_nobody()
    {
        var upload = await One.CreateAsync(null);
        using var live = await StartAsync(upload, 400_000);

        using var late = await Other.PatchAsync(upload, 0, [], length: 400_000);

        Assert.Equal(HttpStatusCode.Conflict, late.StatusCode);
        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
    }

    [Fact]
    public async Task A_creation_with_the_same_key_goes_on_where_the_other_node_has_got_to()
    {
        var key = Convert.ToBase64String(Guid.CreateVersion7().ToByteArray());
        var upload = await One.CreateAsync(_bytes.Length, $"resumeKey {key}");
        using var silent = await StartAsync(upload, 400_000);

        using var again = await Other.PostAsync(_bytes.Length, null, $"resumeKey {key}");

        Assert.Equal(upload.Id(), again.Headers.Location!.Id());
        Assert.Equal(423, await silent.StatusAsync());
        await FinishAsync(upload, 400_000);
    }

    [Fact]
    public async Task Another_user_ends_nobody()
    {
        var upload = await One.CreateAsync(_bytes.Length);
        using var live = await StartAsync(upload, 400_000);

        using var head = await Other.HeadAsync(upload, "bob");
        using var patch = await Other.PatchAsync(upload, 400_000, _bytes[400_000..], user: "bob");
        using var delete = await Other.TerminateAsync(upload, "bob");

        Assert.All([head, patch, delete], answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
        await live.GetStream().WriteAsync(_bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
    }

    [Fact]
    public async Task A_lease_that_its_node_has_no_writer_for_is_let_go()
    {
        // As when a commit failed while the database was away, or the node was killed and is back.
        var upload = await One.CreateAsync(_bytes.Length);
        await nodes.ExecuteAsync(
            "UPDATE tus_upload.upload_sessions SET lease_node = $2, lease_epoch = 7 WHERE id = $1", upload.Id(), TwoNodes.NodeOf(nodes.One));

        Assert.Equal(0, await Other.OffsetAsync(upload));

        await FinishAsync(upload, 0);
    }

    /// <summary>A PATCH of all, of which the first bytes have arrived at the one node.</summary>
    protected async Task<TcpClient> StartAsync(Uri upload, int sent)
    {
        var socket = await One.StartPatchAsync(upload, 0, _bytes.Length, _bytes[..sent]);
        await TwoNodes.ReceivedAsync(nodes.One, upload, sent);
        return socket;
    }

    /// <summary>The rest of it to the other node.</summary>
    protected async Task FinishAsync(Uri upload, int offset)
    {
        using var patch = await Other.PatchAsync(upload, offset, _bytes[offset..]);
        Assert.Equal(HttpStatusCode.NoContent, patch.StatusCode);
        Assert.Equal(Digest, (await Other.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }
}

public sealed class DeafNodeTakeOverTests(TwoDeafNodes nodes) : NodeTakeOverCompliance(nodes), IClassFixture<TwoDeafNodes>;

/// <summary>And what does not depend on how nodes hear each other.</summary>
public sealed class NodeTakeOverTests(TwoNodes nodes) : NodeTakeOverCompliance(nodes), IClassFixture<TwoNodes>
{
    [Fact]
    public async Task A_node_that_died_holds_nothing()
    {
        var (upload, dead) = (await One.CreateAsync(Bytes.Length), Guid.CreateVersion7());
        await Nodes.ExecuteAsync(
            "INSERT INTO tus_upload.nodes (id, host, process_id, started_at, heartbeat_at) VALUES ($1, 'dead', 1, now(), now() - interval '4.3 s')", dead);
        await HoldAsync(upload, dead);

        Assert.Equal(0, await Other.OffsetAsync(upload));

        await FinishAsync(upload, 0);
    }

    [Fact]
    public async Task A_node_whose_heartbeat_lies_in_the_future_died_before_the_clock_stepped_back()
    {
        var (upload, dead) = (await One.CreateAsync(Bytes.Length), Guid.CreateVersion7());
        await Nodes.ExecuteAsync(
            "INSERT INTO tus_upload.nodes (id, host, process_id, started_at, heartbeat_at) VALUES ($1, 'dead', 1, now(), now() + interval '1 hour')", dead);
        await HoldAsync(upload, dead);

        await FinishAsync(upload, 0);
    }

    [Fact]
    public async Task A_node_that_lives_and_does_not_answer_is_waited_for_and_its_upload_is_locked()
    {
        // It stays alive for as long as the test asks: its row says so again.
        var (upload, mute) = (await One.CreateAsync(Bytes.Length), Guid.CreateVersion7());
        await Nodes.ExecuteAsync(
            "INSERT INTO tus_upload.nodes (id, host, process_id, started_at, heartbeat_at) VALUES ($1, 'mute', 1, now(), now() + interval '3 s')", mute);
        await HoldAsync(upload, mute);

        using var head = await Other.HeadAsync(upload);
        using var patch = await Other.PatchAsync(upload, 0, Bytes);

        Assert.All([head, patch], answer => Assert.Equal(HttpStatusCode.Locked, answer.StatusCode));
        Assert.All([head, patch], answer => Assert.NotNull(answer.Headers.RetryAfter));
        Assert.Equal(0L, await Nodes.Database.CreateCommand($"SELECT count(*) FROM tus_upload.lease_requests WHERE session_id = '{upload.Id()}'").ExecuteScalarAsync(Ct));

        await Nodes.ExecuteAsync("DELETE FROM tus_upload.nodes WHERE id = $1", mute);
        await FinishAsync(upload, 0);
    }

    [Fact]
    public async Task A_request_that_comes_after_the_lease_has_moved_on_ends_nobody()
    {
        var upload = await One.CreateAsync(Bytes.Length);
        using var live = await StartAsync(upload, 400_000);
        var requests = Nodes.One.Services.GetRequiredService<LeaseRequests>();

        // The other node is asked for what this one holds.
        var asked = await requests.AskAsync(upload.Id(), TwoNodes.NodeOf(Nodes.Other), null, TimeSpan.FromSeconds(4), Ct);
        await TusRequests.EventuallyAsync(async () =>
            await Nodes.Database.CreateCommand($"SELECT is_heard FROM tus_upload.lease_requests WHERE id = '{asked}'").ExecuteScalarAsync(Ct) is true);

        await live.GetStream().WriteAsync(Bytes.AsMemory(400_000), Ct);
        Assert.Equal(204, await live.StatusAsync());
    }

    [Fact]
    public async Task Two_nodes_that_ask_a_third_at_once_leave_one_writer_and_a_right_file()
    {
        await using var third = await Nodes.StartAsync(Nodes.One);
        var upload = await One.CreateAsync(Bytes.Length);
        using var silent = await StartAsync(upload, 400_000);

        await Task.WhenAll(new[] { Other, third.Client, Other, third.Client }.Select(async client =>
        {
            while (true)
            {
                using var head = await client.HeadAsync(upload);
                if (head.StatusCode != HttpStatusCode.OK)
                {
                    Assert.Equal(HttpStatusCode.Locked, head.StatusCode);
                    continue;
                }

                var offset = (int)head.Offset();
                if (offset == Bytes.Length)
                {
                    return;
                }

                using var patch = await client.PatchAsync(upload, offset, Bytes[offset..Math.Min(offset + 50_000, Bytes.Length)]);
                Assert.True((int)patch.StatusCode is 204 or 403 or 409 or 423, $"{(int)patch.StatusCode}");
            }
        }));

        Assert.Equal(423, await silent.StatusAsync());
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Bytes)), (await Other.EndedFileAsync(upload.Id())).GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task A_commit_that_the_database_holds_up_is_waited_for_no_longer_than_told_and_loses_nothing()
    {
        var upload = await One.CreateAsync(Bytes.Length);
        using var silent = await StartAsync(upload, 400_000);
        await using (var connection = await Nodes.Database.OpenConnectionAsync(Ct))
        await using (var transaction = await connection.BeginTransactionAsync(Ct))
        {
            await using var hold = connection.CreateCommand();
            hold.CommandText = $"SELECT FROM tus_upload.upload_sessions WHERE id = '{upload.Id()}' FOR UPDATE";
            await hold.ExecuteNonQueryAsync(Ct);

            using var held = await Other.HeadAsync(upload);

            Assert.Equal(HttpStatusCode.Locked, held.StatusCode);
        }

        await TusRequests.EventuallyAsync(async () =>
        {
            using var head = await Other.HeadAsync(upload);
            return head.StatusCode == HttpStatusCode.OK && head.Offset() == 400_000;
        });
        await FinishAsync(upload, 400_000);
    }

    private Task<int> HoldAsync(Uri upload, Guid node) =>
        Nodes.ExecuteAsync("UPDATE tus_upload.upload_sessions SET lease_node = $2, lease_epoch = 7 WHERE id = $1", upload.Id(), node);
}
