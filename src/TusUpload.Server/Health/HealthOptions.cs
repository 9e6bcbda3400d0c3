using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Server.Health;

/// <summary>When the server calls itself ready. Section <c>Health</c>.</summary>
internal sealed class HealthOptions
{
    public const string Section = "Health";

    /// <summary>Free bytes that the disk of <c>Data:Path</c> must have. Default 256 MiB; 0 asks for none.</summary>
    [Range(0, long.MaxValue)]
    public long MinFreeDiskBytes { get; init; } = 256 << 20;

    /// <summary>How long one check may take. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "00:01:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);
}

[OptionsValidator]
internal sealed partial class HealthOptionsAnnotations : IValidateOptions<HealthOptions>;
