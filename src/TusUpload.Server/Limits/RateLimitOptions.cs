using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Server.Limits;

/// <summary>
/// How many requests one caller may send; 429 above it. Each is let in as long as its bucket has room: it holds the burst, and fills by the second. A rate of 0 is
/// no limit. Going on with an upload is never limited: clients take a 429 there for the end of it. Section <c>RateLimits</c>.
/// </summary>
internal sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Whether there are any. Default true.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Requests of the REST API that read, per second. A stream of events is one. Default 1000.</summary>
    [Range(0, 1_000_000)]
    public int ReadsPerSecond { get; init; } = 1_000;

    /// <summary>Reads at once, after a pause. Default 10000.</summary>
    [Range(1, 10_000_000)]
    public int ReadBurst { get; init; } = 10_000;

    /// <summary>Requests of the REST API that change something, per second. Default 500.</summary>
    [Range(0, 1_000_000)]
    public int WritesPerSecond { get; init; } = 500;

    /// <summary>Changes at once, after a pause. Default 5000.</summary>
    [Range(1, 10_000_000)]
    public int WriteBurst { get; init; } = 5_000;

    /// <summary>
    /// New uploads per second. tus-js-client gives a file up that is answered so, and what uploads may take is bounded by storage limits; so default 0, no limit.
    /// </summary>
    [Range(0, 1_000_000)]
    public int CreationsPerSecond { get; init; }

    /// <summary>New uploads at once, after a pause. Default 5000.</summary>
    [Range(1, 10_000_000)]
    public int CreationBurst { get; init; } = 5_000;

    /// <summary>Requests of the REST API by whoever is not signed in, per second and address (of IPv6: per /64). Default 100.</summary>
    [Range(0, 1_000_000)]
    public int AnonymousPerSecond { get; init; } = 100;

    /// <summary>Such requests at once, after a pause. Default 1000.</summary>
    [Range(1, 10_000_000)]
    public int AnonymousBurst { get; init; } = 1_000;
}

[OptionsValidator]
internal sealed partial class RateLimitOptionsAnnotations : IValidateOptions<RateLimitOptions>;
