using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Janitors;

/// <summary>How long deleted folders and workspaces may come back. Section <c>Trash</c>.</summary>
public sealed class TrashOptions
{
    public const string Section = "Trash";

    /// <summary>After this they are removed for good; until then their files count. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
internal sealed partial class TrashOptionsAnnotations : IValidateOptions<TrashOptions>;
