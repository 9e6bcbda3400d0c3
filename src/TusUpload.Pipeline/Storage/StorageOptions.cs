using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Pipeline.Storage;

/// <summary>Where files live for good. Section <c>Storage</c>.</summary>
public sealed class StorageOptions
{
    public const string Section = "Storage";

    public const string Report = "report";
    public const string Remove = "remove";

    /// <summary>Which object store: <c>local</c> is a folder of this machine. Default <c>local</c>.</summary>
    [Required]
    public string Kind { get; set; } = LocalObjectStorage.Name;

    /// <summary>
    /// The folder of the local store; on the file system of the content folder a file is renamed into it rather than copied. Default null:
    /// <c>objects</c> in <c>Data:Path</c>.
    /// </summary>
    public string? LocalPath { get; set; }

    /// <summary>
    /// What is done with objects that no file in the database has, older than <c>Content:OrphanAge</c>: <c>report</c> tells how many there are, <c>remove</c>
    /// removes them. After a restore of the database to an earlier moment these are the files that came since. Default <c>report</c>.
    /// </summary>
    [Required]
    [AllowedValues(Report, Remove)]
    public string OrphanedObjects { get; set; } = Report;
}

[OptionsValidator]
internal sealed partial class StorageOptionsAnnotations : IValidateOptions<StorageOptions>;

/// <summary>The kind must be one that is there.</summary>
internal sealed class StorageOptionsRules(IServiceProviderIsKeyedService services) : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options) =>
        services.IsKeyedService(typeof(IObjectStorage), options.Kind)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Storage:Kind is '{options.Kind}', which is not there. There is: {LocalObjectStorage.Name}.");
}
