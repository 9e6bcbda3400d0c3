using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Leases;

/// <summary>How nodes hold what they write. Section <c>Leases</c>.</summary>
public sealed class LeaseOptions
{
    public const string Section = "Leases";

    /// <summary>
    /// How long a node may be silent, about: it says twice in that time that it lives, and others take its uploads over after 1.4 times as long.
    /// 0.5 s to 60 s, default 3 s.
    /// </summary>
    public TimeSpan HeartbeatPeriod { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a newer request waits for a running writer to let go before it is answered 423. Default 1 s.</summary>
    public TimeSpan TakeOverWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How often a node looks for what others ask of it while it cannot listen to the database, as behind a pooler in transaction mode. 10 ms to 10 s,
    /// default 200 ms.
    /// </summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Silence after which a node's leases count no more.</summary>
    public TimeSpan HeartbeatLimit => HeartbeatPeriod * 1.4;

    /// <summary>Silence after which a node's own writers stop: earlier, by its own clock, than anybody may take over.</summary>
    public TimeSpan WriterLimit => HeartbeatPeriod * 1.2;
}

internal sealed class LeaseOptionsRules : IValidateOptions<LeaseOptions>
{
    public ValidateOptionsResult Validate(string? name, LeaseOptions options)
    {
        var failures = new List<string>();
        if (options.HeartbeatPeriod < TimeSpan.FromSeconds(0.5) || options.HeartbeatPeriod > TimeSpan.FromSeconds(60))
        {
            failures.Add("Leases:HeartbeatPeriod must be between 0.5 and 60 seconds.");
        }

        if (options.TakeOverWait <= TimeSpan.Zero || options.TakeOverWait > TimeSpan.FromSeconds(30))
        {
            failures.Add("Leases:TakeOverWait must be more than zero and at most 30 seconds.");
        }

        if (options.PollInterval < TimeSpan.FromMilliseconds(10) || options.PollInterval > TimeSpan.FromSeconds(10))
        {
            failures.Add("Leases:PollInterval must be between 10 milliseconds and 10 seconds.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
