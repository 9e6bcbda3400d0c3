using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Notifications;

/// <summary>How events are told. Section <c>Notifications</c>.</summary>
public sealed class NotificationOptions
{
    public const string Section = "Notifications";

    /// <summary>The longest an event of another process waits for its place in the feed. Default 500 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan OutboxInterval { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest a feed does not notice new events where the database cannot tell it (a pooler swallows LISTEN). Default 2 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan FeedPollInterval { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long events can be replayed. Default 7 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "365.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How often older events are removed. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TrimInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the progress of running uploads is told. Default 1 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan ProgressInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Events kept in memory for a subscriber that reads slowly; one that lags further reads them from the database. Default 256.</summary>
    [Range(1, 100_000)]
    public int SubscriberBuffer { get; set; } = 256;
}

[OptionsValidator]
internal sealed partial class NotificationOptionsAnnotations : IValidateOptions<NotificationOptions>;
