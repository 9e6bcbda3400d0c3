using System.IO.Pipelines;
using System.Text;

using TusUpload.Protocol.Bodies;

namespace TusUpload.UnitTests.Protocol.Bodies;

public sealed class TusBodyTests
{
    private readonly Pipe _pipe = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_body_is_read_to_its_end()
    {
        var body = new TusBody(_pipe.Reader, 5);
        await WriteAsync("hello");
        await _pipe.Writer.CompleteAsync();

        Assert.Equal("hello", await ReadAsync(body));
        Assert.Equal("", await ReadAsync(body));
        Assert.Equal((BodyEnd.Completed, 5), (body.End, body.Received));
    }

    [Fact]
    public async Task The_limit_only_narrows_and_the_excess_stays_unread()
    {
        var body = new TusBody(_pipe.Reader, null) { Limit = 3 };
        body.Limit = 10;
        await WriteAsync("hello");

        Assert.Equal("hel", await ReadAsync(body));
        Assert.Equal("", await ReadAsync(body));
        Assert.Equal((BodyEnd.TooLong, 3), (body.End, body.Received));
        body.Limit = -5;
        Assert.Equal(0, body.Limit);
    }

    [Fact]
    public async Task A_body_of_exactly_the_limit_is_whole()
    {
        var body = new TusBody(_pipe.Reader, null) { Limit = 5 };
        await WriteAsync("hello");
        await _pipe.Writer.CompleteAsync();

        Assert.Equal("hello", await ReadAsync(body));
        Assert.Equal("", await ReadAsync(body));
        Assert.Equal(BodyEnd.Completed, body.End);
    }

    [Fact]
    public async Task Network_trouble_is_the_client_gone()
    {
        var body = new TusBody(_pipe.Reader, null);
        await _pipe.Writer.CompleteAsync(new IOException("Connection reset by peer"));

        Assert.Equal("", await ReadAsync(body));
        Assert.Equal(BodyEnd.ClientGone, body.End);
    }

    [Fact]
    public async Task A_waiting_reader_wakes_and_the_first_reason_stays()
    {
        var body = new TusBody(_pipe.Reader, null);
        var waiting = ReadAsync(body);

        body.Stop(BodyEnd.TakenOver);
        body.Stop(BodyEnd.Idle);

        Assert.Equal("", await waiting);
        Assert.Equal(BodyEnd.TakenOver, body.End);
    }

    [Fact]
    public async Task A_stop_that_nobody_waits_for_leaves_the_connections_reader_alone()
    {
        var stopped = new TusBody(_pipe.Reader, null);
        stopped.Stop(BodyEnd.TakenOver);
        Assert.Equal("", await ReadAsync(stopped));
        var closed = new TusBody(_pipe.Reader, null);
        closed.Close();
        closed.Stop(BodyEnd.TakenOver);
        await WriteAsync("next");

        var next = await _pipe.Reader.ReadAsync(Ct);

        Assert.False(next.IsCanceled);
        Assert.Equal(BodyEnd.None, closed.End);
    }

    [Fact]
    public async Task A_stop_at_any_moment_is_never_missed()
    {
        for (var round = 0; round < 2000; round++)
        {
            var body = new TusBody(new Pipe().Reader, null);
            var reading = Task.Run(() => ReadAsync(body), Ct);
            body.Stop(BodyEnd.TakenOver);
            await reading.WaitAsync(TimeSpan.FromSeconds(5), Ct);
        }
    }

    private async Task WriteAsync(string text) => await _pipe.Writer.WriteAsync(Encoding.ASCII.GetBytes(text), Ct);

    private static async Task<string> ReadAsync(TusBody body)
    {
        var bytes = await body.ReadAsync();
        var text = Encoding.ASCII.GetString(bytes);
        if (!bytes.IsEmpty)
        {
            body.Advance(bytes);
        }

        return text;
    }
}
