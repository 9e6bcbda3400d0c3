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
}

[OptionsValidator]
internal sealed partial class AdmissionOptionsAnnotations : IValidateOptions<AdmissionOptions>;
