using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Janitors;

/// <summary>When what dead processes left behind is looked for. Section <c>Janitors</c>.</summary>
internal sealed class JanitorOptions
{
    public const string Section = "Janitors";

    /// <summary>How often each janitor is at work, on whichever node is first. Default 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often all stored objects are looked through, and the files' sizes added up, where that is more seldom. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "365.00:00:00")]
    public TimeSpan ObjectsInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>A node without a heartbeat for this long is forgotten; its leases count no more long before. Default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:10:00", "30.00:00:00")]
    public TimeSpan NodeAge { get; init; } = TimeSpan.FromHours(1);
}

[OptionsValidator]
internal sealed partial class JanitorOptionsAnnotations : IValidateOptions<JanitorOptions>;
