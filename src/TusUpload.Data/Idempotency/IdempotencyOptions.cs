using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Data.Idempotency;

/// <summary>Requests that are sent twice. Section <c>Idempotency</c>.</summary>
public sealed class IdempotencyOptions
{
    public const string Section = "Idempotency";

    /// <summary>For how long an answer is given again to a request that comes again with its Idempotency-Key. Default 1 day.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(1);
}

[OptionsValidator]
internal sealed partial class IdempotencyOptionsAnnotations : IValidateOptions<IdempotencyOptions>;
