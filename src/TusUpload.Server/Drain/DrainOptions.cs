using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Server.Drain;

/// <summary>How the process leaves. Section <c>Drain</c>.</summary>
internal sealed class DrainOptions
{
    public const string Section = "Drain";

    /// <summary>
    /// How long a process that was told to stop still listens, calls itself not ready and answers that clients should come back: for a
    /// balancer that learns from its probes, a little more than it needs to notice; behind a Kubernetes service 5 s. Part of the 30 s
    /// that a shutdown may take. Default 0: a balancer that tries another node when a connection is refused needs none, and a single
    /// server is back sooner.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:20")]
    public TimeSpan Delay { get; init; }
}

[OptionsValidator]
internal sealed partial class DrainOptionsAnnotations : IValidateOptions<DrainOptions>;
