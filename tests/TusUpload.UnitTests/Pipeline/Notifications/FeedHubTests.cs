using TusUpload.Data.Outbox;
using TusUpload.Pipeline.Notifications;
using TusUpload.Uploads.Progress;

namespace TusUpload.UnitTests.Pipeline.Notifications;

public sealed class FeedHubTests
{
    private readonly FeedHub _hub = new();

    [Fact]
    public void A_subscription_is_promised_everything_after_the_place_it_joined_at()
    {
        Assert.True(_hub.TrySkipTo(10));
        var subscription = _hub.Join("ann", buffer: 10);

        Assert.False(_hub.TrySkipTo(20));
        _hub.HandOver([Event(11), Event(12, user: "bob"), Event(13)]);

        Assert.Equal(10, subscription.From);
        Assert.Equal([11, 13], Read(subscription).Select(message => message.Sequence!.Value));
        Assert.Equal(13, _hub.Head);
    }

    [Fact]
    public async Task One_that_lags_is_cut_off_after_what_it_still_has()
    {
        var slow = _hub.Join("ann", buffer: 2);
        var quick = _hub.Join("ann", buffer: 10);

        _hub.HandOver([Event(1), Event(2), Event(3), Event(4)]);

        Assert.Equal([1, 2], Read(slow).Select(message => message.Sequence!.Value));
        await slow.Messages.Completion;
        Assert.Equal(4, Read(quick).Count);
    }

    [Fact]
    public void Nobody_left_means_no_subscribers()
    {
        var subscription = _hub.Join("ann", buffer: 1);
        Assert.True(_hub.HasSubscribers);

        _hub.Leave(subscription);
        _hub.Leave(subscription);

        Assert.False(_hub.HasSubscribers);
    }

    [Fact]
    public void Progress_never_comes_after_the_end_and_never_cuts_off()
    {
        var upload = Guid.CreateVersion7();
        var subscription = _hub.Join("ann", buffer: 2);
        _hub.HandOver([Report(upload)], new HashSet<Guid> { upload }, DateTimeOffset.UnixEpoch);
        _hub.HandOver([Event(1, EventType.UploadReceived, subject: upload)]);

        _hub.HandOver([Report(upload)], new HashSet<Guid> { upload }, DateTimeOffset.UnixEpoch);
        _hub.HandOver([Report(Guid.CreateVersion7())], new HashSet<Guid>(), DateTimeOffset.UnixEpoch);

        Assert.Equal([EventType.UploadProgress, EventType.UploadReceived], Read(subscription).Select(message => message.Type));
        _hub.HandOver([Event(2)]);
        Assert.Single(Read(subscription));
    }

    [Fact]
    public void Who_made_an_upload_for_anothers_account_hears_of_it_too()
    {
        var (account, visitor, other) = (_hub.Join("ann", 10), _hub.Join("link:1", 10), _hub.Join("link:2", 10));
        var upload = Guid.CreateVersion7();

        _hub.HandOver([Report(upload, "link:1")], new HashSet<Guid> { upload }, DateTimeOffset.UnixEpoch);
        _hub.HandOver([Event(1, uploader: "link:1")]);

        Assert.Equal([EventType.UploadProgress, EventType.FileReady], Read(account).Select(message => message.Type));
        Assert.Equal([EventType.UploadProgress, EventType.FileReady], Read(visitor).Select(message => message.Type));
        Assert.Empty(Read(other));
    }

    private static ProgressReport Report(Guid upload, string uploader = "ann") => new(upload, "ann", uploader, 5, 10, 1);

    private static FeedEvent Event(long place, string type = EventType.FileReady, string user = "ann", Guid? subject = null, string? uploader = null) =>
        new(place, Guid.CreateVersion7(), type, user, uploader, subject ?? Guid.CreateVersion7(), "{}", default);

    private static List<FeedMessage> Read(Subscription subscription)
    {
        var messages = new List<FeedMessage>();
        while (subscription.Messages.TryRead(out var message))
        {
            messages.Add(message);
        }

        return messages;
    }
}
