using TusUpload.Data.Outbox;
using TusUpload.Data.Signals;
using TusUpload.Uploads.Progress;

namespace TusUpload.Pipeline.Notifications;

/// <summary>
/// Hands the events that one reader reads for all to the subscriptions of their users. Joining names the place from which on everything is
/// handed over; what lies before it is read from the database, so nothing is missed and nothing comes twice.
/// </summary>
internal sealed class FeedHub
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<Subscription>> _byUser = new(StringComparer.Ordinal);
    private readonly HashSet<Guid> _ended = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _head;

    /// <summary>Called when there may be new places.</summary>
    public Wakeup Wakeup { get; } = new();

    /// <summary>Completes when the feed's reader knows where it stands.</summary>
    public Task Started => _started.Task;

    /// <summary>The newest place that was handed over.</summary>
    public long Head
    {
        get
        {
            lock (_lock)
            {
                return _head;
            }
        }
    }

    public bool HasSubscribers
    {
        get
        {
            lock (_lock)
            {
                return _byUser.Count > 0;
            }
        }
    }

    public Subscription Join(string userId, int buffer)
    {
        lock (_lock)
        {
            var subscription = new Subscription(userId, _head, buffer);
            if (!_byUser.TryGetValue(userId, out var subscriptions))
            {
                _byUser[userId] = subscriptions = [];
            }

            subscriptions.Add(subscription);
            Wakeup.Call();
            return subscription;
        }
    }

    public void Leave(Subscription subscription)
    {
        lock (_lock)
        {
            if (_byUser.TryGetValue(subscription.UserId, out var subscriptions)
                && subscriptions.Remove(subscription) && subscriptions.Count == 0)
            {
                _byUser.Remove(subscription.UserId);
            }
        }
    }

    /// <summary>Moves on to a place without handing anything over; refused when somebody has joined, who was promised what lies between.</summary>
    public bool TrySkipTo(long place)
    {
        lock (_lock)
        {
            if (_byUser.Count > 0 && _started.Task.IsCompleted)
            {
                return false;
            }

            _head = Math.Max(_head, place);
            _started.TrySetResult();
            return true;
        }
    }

    /// <summary>Hands over the events after <see cref="Head"/>, in order.</summary>
    public void HandOver(IReadOnlyList<FeedEvent> events)
    {
        lock (_lock)
        {
            foreach (var stored in events)
            {
                _head = stored.Sequence;
                if (stored.Type is EventType.UploadReceived or EventType.UploadExpired or EventType.UploadTerminated)
                {
                    _ended.Add(stored.Subject);
                }

                Offer(stored.UserId, stored);
                if (stored.UploaderId is { } uploader)
                {
                    Offer(uploader, stored);
                }
            }
        }
    }

    /// <summary>
    /// Hands over how uploads stand, but none whose end has been handed over. <paramref name="running"/> are all that ran a moment ago: an
    /// end is remembered only while a report from before it may still come.
    /// </summary>
    public void HandOver(IReadOnlyList<ProgressReport> moved, IReadOnlySet<Guid> running, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var progress in moved)
            {
                if (_ended.Contains(progress.UploadId))
                {
                    continue;
                }

                Offer(progress.UserId, progress, now);
                if (progress.UploaderId != progress.UserId)
                {
                    Offer(progress.UploaderId, progress, now);
                }
            }

            _ended.IntersectWith(running);
        }
    }

    private void Offer(string userId, FeedEvent stored)
    {
        if (_byUser.TryGetValue(userId, out var subscriptions))
        {
            var message = FeedMessage.Of(stored);
            subscriptions.RemoveAll(subscription => !subscription.Offer(message));
            if (subscriptions.Count == 0)
            {
                _byUser.Remove(userId);
            }
        }
    }

    private void Offer(string userId, ProgressReport progress, DateTimeOffset now)
    {
        if (_byUser.TryGetValue(userId, out var subscriptions))
        {
            var message = FeedMessage.Of(progress, now);
            foreach (var subscription in subscriptions)
            {
                subscription.Offer(message);
            }
        }
    }
}
