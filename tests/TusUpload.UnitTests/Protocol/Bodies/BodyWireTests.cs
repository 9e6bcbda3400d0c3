using TusUpload.Protocol.Bodies;

namespace TusUpload.UnitTests.Protocol.Bodies;

/// <summary>Bodies that do not come as a well-behaved client sends them.</summary>
public sealed class BodyWireTests
{
    [Fact]
    public async Task A_client_that_asks_first_and_is_refused_is_never_told_to_continue()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(1000, null, "hey");
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 2, 500, "Expect: 100-continue"));
        var answer = await connection.ReadAsync();

        Assert.Equal((409, "close"), (answer.Status, answer["Connection"]));
        await AssertClosesAsync(server, connection);
    }

    [Fact]
    public async Task A_client_that_asks_first_is_told_to_continue()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(5);
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 0, 5, "Expect: 100-continue"));
        var interim = await connection.ReadAsync();
        await connection.SendAsync("hello");
        var answer = await connection.ReadAsync();

        Assert.Equal((100, 204, "5"), (interim.Status, answer.Status, answer["Upload-Offset"]));
    }

    [Fact]
    public async Task A_refused_client_that_keeps_sending_can_read_the_answer()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(1 << 30);
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 7, 100_000_000));
        var sending = connection.SendAsync(new byte[5_000_000]);
        var answer = await connection.ReadAsync();
        await sending;

        Assert.Equal((409, "offset_mismatch", "close"), (answer.Status, answer.Code, answer["Connection"]));
    }

    [Fact]
    public async Task A_small_refused_body_does_not_cost_the_connection()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 7, 5) + "hello");
        var refused = await connection.ReadAsync();
        await connection.SendAsync(Patch(id, 0, 5) + "hello");
        var accepted = await connection.ReadAsync();

        Assert.Equal((409, null, 204), (refused.Status, refused["Connection"], accepted.Status));
    }

    [Fact]
    public async Task What_arrived_before_a_hangup_is_kept()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10_000_000_000);
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 0, 10_000_000_000) + new string('x', 400));
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 400);
        connection.Cut();
        await TusServer.EventuallyAsync(() => server.Watch.Count == 0);
        var head = await server.TusAsync("HEAD", $"/uploads/{id}", "");

        Assert.Equal("400", head["Upload-Offset"]);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Broken_framing_ends_the_connection_and_keeps_what_was_well_framed()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(1000);
        await using var connection = server.Connect();

        await connection.SendAsync(
            $"PATCH /uploads/{id} HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            + $"Transfer-Encoding: chunked\r\n{TusServer.Bytes}\r\n\r\n5\r\nhello\r\n");
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 5);
        await connection.SendAsync("what?\r\n");

        Assert.True(await connection.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_silent_client_is_cut_off_and_a_slow_one_is_not()
    {
        await using var server = await TusServer.StartAsync(options => options.IdleTimeout = TimeSpan.FromSeconds(8));
        var id = server.Store.Add(1000);
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 0, 1000) + "hello");
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 5);
        server.Time.Advance(TimeSpan.FromSeconds(7));
        await connection.SendAsync("again");
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 10);
        server.Time.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(1, server.Watch.Count);
        var reading = connection.ReadAsync();
        await server.AdvanceUntilAsync(() => reading.IsCompleted);
        var answer = await reading;

        Assert.Equal((503, "body_idle", "close", "10"), (answer.Status, answer.Code, answer["Connection"], answer["Upload-Offset"]));
        Assert.NotNull(answer["Retry-After"]);
        await AssertClosesAsync(server, connection);
    }

    [Fact]
    public async Task The_time_that_a_store_takes_is_not_the_clients()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(10);
        var busy = new TaskCompletionSource();
        server.Store.AfterPiece = () => busy.Task;
        await using var connection = server.Connect();

        await connection.SendAsync(Patch(id, 0, 10) + "hello");
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 5);
        server.Time.Advance(TimeSpan.FromHours(1));
        server.Store.AfterPiece = null;
        busy.SetResult();
        await connection.SendAsync("again");
        var answer = await connection.ReadAsync();

        Assert.Equal((204, "10"), (answer.Status, answer["Upload-Offset"]));
    }

    [Fact]
    public async Task A_shutdown_ends_running_bodies_and_lets_none_start()
    {
        await using var server = await TusServer.StartAsync();
        var running = server.Store.Add(1000);
        var path = $"/uploads/{server.Store.Add(10)}";
        await using var connection = server.Connect();
        await connection.SendAsync(Patch(running, 0, 1000) + "hello");
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(running) == 5);

        server.Watch.StopAll(BodyEnd.Draining);
        var interrupted = await connection.ReadAsync();
        var head = await server.TusAsync("HEAD", path, "");
        var patch = await server.TusAsync("PATCH", path, "hello", "Upload-Offset: 0");
        var post = await server.TusAsync("POST", "/uploads", "", "Upload-Length: 1");
        var delete = await server.TusAsync("DELETE", path, "");

        Assert.Equal((423, "draining", "close"), (interrupted.Status, interrupted.Code, interrupted["Connection"]));
        Assert.Equal(("5", "1"), (interrupted["Upload-Offset"], interrupted["Retry-After"]));
        Assert.Equal((423, "1", "close"), (head.Status, head["Retry-After"], head["Connection"]));
        Assert.Equal((423, "draining", "close"), (patch.Status, patch.Code, patch["Connection"]));
        Assert.Equal((503, "draining", "close", "1"), (post.Status, post.Code, post["Connection"], post["Retry-After"]));
        Assert.Equal((423, "draining", "close", "1"), (delete.Status, delete.Code, delete["Connection"], delete["Retry-After"]));
    }

    [Fact]
    public async Task The_first_sign_of_a_shutdown_is_enough()
    {
        await using var server = await TusServer.StartAsync();
        var id = server.Store.Add(1000);
        await using var connection = server.Connect();
        await connection.SendAsync(Patch(id, 0, 1000) + "hello");
        await TusServer.EventuallyAsync(() => server.Store.OffsetOf(id) == 5);

        server.Lifetime.StopApplication();
        var answer = await connection.ReadAsync();

        Assert.Equal((423, "draining", "5"), (answer.Status, answer.Code, answer["Upload-Offset"]));
    }

    [Fact]
    public async Task A_creation_that_is_cut_short_tells_where_to_go_on()
    {
        await using var server = await TusServer.StartAsync();
        var arrived = new TaskCompletionSource();
        server.Store.AfterPiece = () =>
        {
            arrived.TrySetResult();
            return Task.CompletedTask;
        };
        await using var connection = server.Connect();
        await connection.SendAsync(
            "POST /uploads HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\nUpload-Length: 1000\r\n"
            + $"{TusServer.Bytes}\r\nContent-Length: 1000\r\n\r\nhello");
        await arrived.Task;

        server.Watch.StopAll(BodyEnd.Draining);
        var answer = await connection.ReadAsync();

        Assert.Equal((201, "5", "close"), (answer.Status, answer["Upload-Offset"], answer["Connection"]));
        Assert.NotNull(answer["Location"]);
    }

    private static async Task AssertClosesAsync(TusServer server, RawConnection connection)
    {
        var closed = connection.IsClosedAsync();
        await server.AdvanceUntilAsync(() => closed.IsCompleted);
        Assert.True(await closed);
    }

    private static string Patch(Guid id, int offset, long length, string? header = null) =>
        $"PATCH /uploads/{id} HTTP/1.1\r\nHost: tus\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        + $"{TusServer.Bytes}\r\nContent-Length: {length}\r\n{(header is null ? "" : header + "\r\n")}\r\n";
}
