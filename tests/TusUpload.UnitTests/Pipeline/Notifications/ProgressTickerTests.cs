using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using TusUpload.Pipeline.Notifications;
using TusUpload.Uploads.Progress;

namespace TusUpload.UnitTests.Pipeline.Notifications;

public sealed class ProgressTickerTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LiveUploads _uploads;
    private readonly FeedHub _hub = new();
    private readonly ProgressTicker _ticker;

    public ProgressTickerTests()
    {
        _uploads = new LiveUploads(_time);
        _ticker = new(_uploads, _hub, Options.Create(new NotificationOptions()), _time, NullLogger<ProgressTicker>.Instance);
    }

    [Fact]
    public void An_upload_is_told_of_when_it_moved_by_a_percent()
    {
        var subscription = _hub.Join("ann", 10);
        var upload = _uploads.Begin(Guid.CreateVersion7(), "ann", 0, 1_000);

        Assert.Empty(Tick(subscription));
        upload.Received(9);
        Assert.Empty(Tick(subscription));
        upload.Received(1);
        Assert.Equal([10], Tick(subscription));
        Assert.Empty(Tick(subscription));
        upload.Received(9);
        Assert.Empty(Tick(subscription));
        upload.Received(990);
        Assert.Equal([1_009], Tick(subscription));
    }

    [Fact]
    public void An_upload_of_unknown_length_is_told_of_whenever_it_moved()
    {
        var subscription = _hub.Join("ann", 10);
        var upload = _uploads.Begin(Guid.CreateVersion7(), "ann", 0, null);
        upload.Received(1);

        Assert.Equal([1], Tick(subscription));
        Assert.Empty(Tick(subscription));
    }

    [Fact]
    public void Somebody_else_uploads_are_not_told_of()
    {
        var subscription = _hub.Join("bob", 10);
        _uploads.Begin(Guid.CreateVersion7(), "ann", 0, 10).Received(10);

        Assert.Empty(Tick(subscription));
    }

    public void Dispose() => _ticker.Dispose();

    private List<long> Tick(Subscription subscription)
    {
        _ticker.RunOnce();
        var sizes = new List<long>();
        while (subscription.Messages.TryRead(out var message))
        {
            Assert.Null(message.Sequence);
            using var json = JsonDocument.Parse(message.Json);
            Assert.False(json.RootElement.TryGetProperty("sequence", out _));
            sizes.Add(json.RootElement.GetProperty("data").GetProperty("uploadedSize").GetInt64());
        }

        return sizes;
    }
}
