using System.ComponentModel.DataAnnotations;

using Microsoft.Extensions.Options;

namespace TusUpload.Uploads.Rules;

/// <summary>What may be uploaded to this server at all, under which names. Section <c>ContentRules</c>.</summary>
public sealed class ContentRulesOptions
{
    public const string Section = "ContentRules";

    /// <summary>Media types, <c>application/pdf</c>, or all of one kind, <c>image/*</c>; 415 for any other. Default empty: all.</summary>
    public IReadOnlyList<string> AllowedTypes { get; init; } = [];

    /// <summary>Media types that are refused though they are allowed. Default none.</summary>
    public IReadOnlyList<string> DeniedTypes { get; init; } = [];

    /// <summary>Ends of file names, <c>pdf</c> or <c>tar.gz</c>, upper or lower case; 415 for any other. Default empty: all.</summary>
    public IReadOnlyList<string> AllowedExtensions { get; init; } = [];

    /// <summary>Ends of file names that are refused though they are allowed. Default none.</summary>
    public IReadOnlyList<string> DeniedExtensions { get; init; } = [];

    /// <summary>
    /// Bytes that a file may have, within <c>Tus:MaxSize</c>, which clients are told of; 413 above it. Null: no other limit. Default
    /// null.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long? MaxFileSize { get; init; }

    /// <summary>
    /// <c>off</c>: first bytes are not looked at. <c>rules</c>: they have to be of an allowed type, where types are named, and no program
    /// or page may pass as a picture, a document or the like. <c>strict</c>: they have to be of the kind that the client says as well.
    /// Default <c>rules</c>.
    /// </summary>
    public SniffingMode Sniffing { get; init; } = SniffingMode.Rules;

    /// <summary>
    /// What becomes of names that could do harm, see docs/content-rules.md. <c>clean</c>: they are made harmless. <c>refuse</c>: 422.
    /// Default <c>clean</c>.
    /// </summary>
    public UnsafeNames Names { get; init; } = UnsafeNames.Clean;

    /// <summary>
    /// Bytes in UTF-8 that a file's name, or a folder's in a path, may have. 16 to 255, default 255, which is what file systems take.
    /// </summary>
    [Range(16, 255)]
    public int MaxNameBytes { get; init; } = 255;

    /// <summary>Names that a relative path may have one in another, the file's own with them; 422 above it. 1 to 256, default 64.</summary>
    [Range(1, 256)]
    public int MaxPathDepth { get; init; } = 64;
}

[OptionsValidator]
internal sealed partial class ContentRulesOptionsAnnotations : IValidateOptions<ContentRulesOptions>;

internal sealed class ContentRulesOptionsRules : IValidateOptions<ContentRulesOptions>
{
    public ValidateOptionsResult Validate(string? name, ContentRulesOptions options)
    {
        var rules = ContentRules.Of(options);
        var failures = rules.WrongTypes().Select(type => $"ContentRules: '{type}' is no media type, nor all of one kind, such as image/*.")
            .Concat(rules.WrongExtensions().Select(extension => $"ContentRules: '{extension}' is no extension, such as pdf."))
            .ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
