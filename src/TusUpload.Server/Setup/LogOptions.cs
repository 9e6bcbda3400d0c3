namespace TusUpload.Server.Setup;

/// <summary>What is logged and how. Section <c>Logging</c>.</summary>
internal sealed class LogOptions
{
    public const string Section = "Logging";

    /// <summary>One JSON object per line (Serilog's compact format) instead of lines for people. Default false.</summary>
    public bool Json { get; init; }

    /// <summary>
    /// Lowest level by category, the longest matching prefix wins; <c>Default</c> is for all others. Defaults: Information, and Warning for
    /// Microsoft, System, Npgsql and Hangfire.
    /// </summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevel { get; init; } = new Dictionary<string, LogLevel>(StringComparer.Ordinal);
}
