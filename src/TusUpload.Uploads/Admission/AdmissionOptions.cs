using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Admission;

/// <summary>Who may upload how much. Section <c>Admission</c>.</summary>
public sealed class AdmissionOptions
{
    public const string Section = "Admission";

    /// <summary>Bytes a new user may have in all, on its way and stored; null is no limit. Answers 413 above it. Default no limit.</summary>
    [Range(0, long.MaxValue)]
    public long? UserStorageLimit { get; init; }

    /// <summary>Limits by the plan that a user's sign-in names (<c>Auth:Jwt:PlanClaim</c>), instead of the ones above. Default no plan.</summary>
    public Dictionary<string, PlanOptions> Plans { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What a user may have whose limit was not set by hand. A plan that nobody has configured is none.</summary>
    public long? LimitOf(string? plan) => plan is not null && Plans.TryGetValue(plan, out var given) ? given.StorageLimit : UserStorageLimit;
}

/// <summary>What a plan gives.</summary>
public sealed class PlanOptions
{
    /// <inheritdoc cref="AdmissionOptions.UserStorageLimit"/>
    public long? StorageLimit { get; init; }
}

internal sealed class AdmissionOptionsRules : IValidateOptions<AdmissionOptions>
{
    public ValidateOptionsResult Validate(string? name, AdmissionOptions options) =>
        options.Plans.FirstOrDefault(plan => plan.Key.Length is 0 or > 100 || plan.Value.StorageLimit < 0) is { Key: { } plan }
            ? ValidateOptionsResult.Fail($"Admission:Plans: '{plan}' must have a name of at most 100 characters and no limit below 0.")
            : ValidateOptionsResult.Success;
}

[OptionsValidator]
internal sealed partial class AdmissionOptionsAnnotations : IValidateOptions<AdmissionOptions>;
