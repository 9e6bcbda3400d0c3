using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Expiry;

/// <summary>How long batches live. Section <c>Batches</c>.</summary>
public sealed class BatchOptions
{
    public const string Section = "Batches";

    /// <summary>
    /// How long after its creation a batch ends as expired, where nobody chose another moment when it was made; nothing moves that. Null: never. Default
    /// 7 days.
    /// </summary>
    public TimeSpan? ExpiresAfter { get; init; } = TimeSpan.FromDays(7);
}

internal sealed class BatchOptionsRules : IValidateOptions<BatchOptions>
{
    public ValidateOptionsResult Validate(string? name, BatchOptions options) => options.ExpiresAfter <= TimeSpan.Zero
        ? ValidateOptionsResult.Fail("Batches:ExpiresAfter must be more than zero.")
        : ValidateOptionsResult.Success;
}
