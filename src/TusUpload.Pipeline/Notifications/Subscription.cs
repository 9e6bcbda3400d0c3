using System.Threading.Channels;

namespace TusUpload.Pipeline.Notifications;

/// <summary>
/// One reader of one user's live events, from a place on. What it has not read waits in a bounded buffer; when that is full it is cut off there,
/// and the reader goes on from the database.
/// </summary>
internal sealed class Subscription(string userId, long from, int buffer)
{
    private readonly Channel<FeedMessage> _messages = Channel.CreateBounded<FeedMessage>(
        new BoundedChannelOptions(buffer) { FullMode = BoundedChannelFullMode.Wait, SingleReader = true });

    public string UserId => userId;

    /// <summary>Every stored event after this place is offered to it.</summary>
    public long From => from;

    /// <summary>Completes after the last message before the buffer was full.</summary>
    public ChannelReader<FeedMessage> Messages => _messages.Reader;

    /// <summary>False when it lags too far and is cut off. A message that cannot be replayed is dropped instead.</summary>
    public bool Offer(FeedMessage message)
    {
        if (_messages.Writer.TryWrite(message) || message.Sequence is null)
        {
            return true;
        }

        _messages.Writer.TryComplete();
        return false;
    }
}
