using System.Runtime.CompilerServices;

using Microsoft.Extensions.Options;

using TusUpload.Data.Outbox;

namespace TusUpload.Pipeline.Notifications;

/// <summary>A user's events, stored ones first and then live.</summary>
public sealed class EventFeed
{
    private const int PageSize = 200;
    private readonly OutboxFeed _outbox;
    private readonly FeedHub _hub;
    private readonly IOptions<NotificationOptions> _options;

    internal EventFeed(OutboxFeed outbox, FeedHub hub, IOptions<NotificationOptions> options) =>
        (_outbox, _hub, _options) = (outbox, hub, options);

    /// <summary>The place of the newest event. Asked before a client is told that it is listened to: what it does on hearing that comes after it.</summary>
    public Task<long> LastPlaceAsync(CancellationToken cancellationToken) => _outbox.LastAsync(cancellationToken);

    /// <summary>
    /// Every stored event of the user after a place, in order, none missed and none twice, and from then on live ones, with the progress of
    /// uploads that this process receives in between. Ends when it is cancelled. A reader may be as slow as it likes: what it has not read
    /// does not stay in memory.
    /// </summary>
    /// <param name="after">The last place that was seen; null: only what comes from now on.</param>
    public async IAsyncEnumerable<FeedMessage> SubscribeAsync(
        string userId, long? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _hub.Started.WaitAsync(cancellationToken);
        var seen = after ?? await _outbox.LastAsync(cancellationToken);
        while (true)
        {
            var live = _hub.Join(userId, _options.Value.SubscriberBuffer);
            try
            {
                await foreach (var message in ReplayAsync(userId, seen, live.From, cancellationToken))
                {
                    seen = message.Sequence ?? seen;
                    yield return message;
                }

                await foreach (var message in live.Messages.ReadAllAsync(cancellationToken))
                {
                    if (message.Sequence is null || message.Sequence > seen)
                    {
                        seen = message.Sequence ?? seen;
                        yield return message;
                    }
                }
            }
            finally
            {
                _hub.Leave(live);
            }

            // Cut off for being slow: what it missed is in the database.
        }
    }

    private async IAsyncEnumerable<FeedMessage> ReplayAsync(
        string userId, long after, long to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (after < to)
        {
            var page = await _outbox.ReadAsync(after, PageSize, userId, cancellationToken);
            foreach (var stored in page.TakeWhile(stored => stored.Sequence <= to))
            {
                after = stored.Sequence;
                yield return FeedMessage.Of(stored);
            }

            if (page.Count < PageSize || page[^1].Sequence > to)
            {
                yield break;
            }
        }
    }
}
