using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Expiry;

/// <summary>How long unfinished uploads live. Section <c>Tus</c>.</summary>
public sealed class ExpiryOptions
{
    public const string Section = "Tus";

    /// <summary>How long an unfinished upload lives after its last byte; every commit moves its end. Default 24 h.</summary>
    public TimeSpan ExpiresAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How often ended uploads are looked for, their reservations released and their bytes removed. Default 1 min.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromMinutes(1);
}

internal sealed class ExpiryOptionsRules : IValidateOptions<ExpiryOptions>
{
    public ValidateOptionsResult Validate(string? name, ExpiryOptions options)
    {
        var failures = new List<string>();
        if (options.ExpiresAfter <= TimeSpan.Zero)
        {
            failures.Add("Tus:ExpiresAfter must be more than zero.");
        }

        if (options.SweepInterval <= TimeSpan.Zero)
        {
            failures.Add("Tus:SweepInterval must be more than zero.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
