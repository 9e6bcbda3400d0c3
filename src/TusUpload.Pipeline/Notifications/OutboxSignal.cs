using TusUpload.Data.Signals;

namespace TusUpload.Pipeline.Notifications;

/// <summary>Says that this process has just committed events, so that they need not wait for the next look at the outbox.</summary>
public sealed class OutboxSignal
{
    internal Wakeup Wakeup { get; } = new();

    public void Wake() => Wakeup.Call();
}
