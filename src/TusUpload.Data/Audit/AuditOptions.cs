using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Data.Audit;

/// <summary>The record of who did what. Section <c>Audit</c>.</summary>
public sealed class AuditOptions
{
    public const string Section = "Audit";

    /// <summary>For how long entries are kept. Default 365 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan KeepFor { get; init; } = TimeSpan.FromDays(365);
}

[OptionsValidator]
internal sealed partial class AuditOptionsAnnotations : IValidateOptions<AuditOptions>;
