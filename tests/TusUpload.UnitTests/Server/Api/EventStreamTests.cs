using System.Runtime.CompilerServices;
using System.Text;
using System.Threading.Channels;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

using TusUpload.Pipeline.Notifications;
using TusUpload.Server.Api.Events;

namespace TusUpload.UnitTests.Server.Api;

public sealed class EventStreamTests : IDisposable
{
    private readonly Channel<FeedMessage> _feed = Channel.CreateUnbounded<FeedMessage>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Written _written = new();
    private bool _counts = true;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _stopping.Dispose();
        _written.Dispose();
    }

    [Fact]
    public async Task An_event_has_its_id_its_type_and_its_data()
    {
        var stream = RunAsync();
        _feed.Writer.TryWrite(Message(7, "file.ready"));
        _feed.Writer.TryWrite(Message(null, "upload.progress"));
        _feed.Writer.Complete();
        await stream;

        Assert.Equal(
            "retry: 2000\n\nid: 7\nevent: file.ready\ndata: {\"a\":1}\n\nevent: upload.progress\ndata: {\"a\":1}\n\n", _written.Text);
    }

    [Fact]
    public async Task What_is_not_wanted_is_left_out()
    {
        var stream = RunAsync(type => type == "file.ready");
        _feed.Writer.TryWrite(Message(1, "upload.created"));
        _feed.Writer.TryWrite(Message(2, "file.ready"));
        _feed.Writer.Complete();
        await stream;

        Assert.DoesNotContain("upload.created", _written.Text, StringComparison.Ordinal);
        Assert.Contains("id: 2\n", _written.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quiet_stream_says_that_it_lives()
    {
        var stream = RunAsync();
        await _written.WaitAsync("retry: 2000\n\n", Ct);
        _time.Advance(EventStream.Heartbeat);
        await _written.WaitAsync("retry: 2000\n\n: \n\n", Ct);
        _time.Advance(EventStream.Heartbeat);
        await _written.WaitAsync("retry: 2000\n\n: \n\n: \n\n", Ct);

        await _stopping.CancelAsync();
        await stream.WaitAsync(Ct);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_ends_when_its_sign_in_counts_no_more(bool isBusy)
    {
        var stream = RunAsync();
        await _written.WaitAsync("retry: 2000\n\n", Ct);
        _counts = false;
        _time.Advance(EventStream.Heartbeat / 2);
        _feed.Writer.TryWrite(Message(1, "a"));
        const string Event = "id: 1\nevent: a\ndata: {\"a\":1}\n\n";
        await _written.WaitAsync($"retry: 2000\n\n{Event}", Ct);
        Assert.False(stream.IsCompleted);

        if (isBusy)
        {
            _time.Advance(EventStream.Heartbeat / 2);
            _feed.Writer.TryWrite(Message(1, "a"));
        }
        else
        {
            _time.Advance(EventStream.Heartbeat / 2);
        }

        await stream.WaitAsync(Ct);
    }

    [Fact]
    public async Task A_stopping_server_ends_the_stream()
    {
        var stream = RunAsync();
        await _written.WaitAsync("retry: 2000\n\n", Ct);

        await _stopping.CancelAsync();

        await stream.WaitAsync(Ct);
    }

    private static FeedMessage Message(long? sequence, string type) => new(sequence, type, "{\"a\":1}"u8.ToArray());

    private Task RunAsync(Predicate<string>? wanted = null)
    {
        var http = new DefaultHttpContext();
        http.Response.Body = _written;
        return new EventStream(ReadAsync, wanted ?? (_ => true), () => Task.FromResult(_counts), _time, _stopping.Token).ExecuteAsync(http);
    }

    private async IAsyncEnumerable<FeedMessage> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var message in _feed.Reader.ReadAllAsync(cancellationToken))
        {
            yield return message;
        }
    }

    /// <summary>A body whose text can be waited for.</summary>
    private sealed class Written : MemoryStream
    {
        private readonly SemaphoreSlim _more = new(0);
        private readonly Lock _gate = new();

        public string Text
        {
            get
            {
                lock (_gate)
                {
                    return Encoding.UTF8.GetString(ToArray());
                }
            }
        }

        public async Task WaitAsync(string text, CancellationToken cancellationToken)
        {
            while (Text != text)
            {
                await _more.WaitAsync(cancellationToken);
            }
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            lock (_gate)
            {
                Write(buffer.Span);
            }

            _more.Release();
            return ValueTask.CompletedTask;
        }

        protected override void Dispose(bool disposing)
        {
            _more.Dispose();
            base.Dispose(disposing);
        }
    }
}
