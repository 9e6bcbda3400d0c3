using System.Text.RegularExpressions;

using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.Uploads.Rules;

/// <summary>
/// What one owner of a place lets into it: the server, a workspace, a link. What is empty or null forbids nothing. Where several have a
/// say, see <see cref="UploadRules"/>.
/// </summary>
internal sealed partial record ContentRules
{
    public static readonly ContentRules None = new();

    /// <inheritdoc cref="ContentRulesOptions.AllowedTypes"/>
    public IReadOnlyList<string> AllowedTypes { get; init; } = [];

    /// <inheritdoc cref="ContentRulesOptions.DeniedTypes"/>
    public IReadOnlyList<string> DeniedTypes { get; init; } = [];

    /// <inheritdoc cref="ContentRulesOptions.AllowedExtensions"/>
    public IReadOnlyList<string> AllowedExtensions { get; init; } = [];

    /// <inheritdoc cref="ContentRulesOptions.DeniedExtensions"/>
    public IReadOnlyList<string> DeniedExtensions { get; init; } = [];

    /// <summary>Bytes; null: no limit.</summary>
    public long? MaxFileSize { get; init; }

    /// <summary>Whether it matters what the bytes are.</summary>
    public bool NamesTypes => AllowedTypes.Count > 0 || DeniedTypes.Count > 0;

    public static ContentRules Of(ContentRulesOptions options) => new()
    {
        AllowedTypes = options.AllowedTypes,
        DeniedTypes = options.DeniedTypes,
        AllowedExtensions = options.AllowedExtensions,
        DeniedExtensions = options.DeniedExtensions,
        MaxFileSize = options.MaxFileSize,
    };

    /// <summary>What the client says of its file; null where it may come.</summary>
    /// <param name="size">Null while it is not known.</param>
    public TusError? Check(string fileName, TypeClaim claim, long? size)
    {
        if (size is { } bytes && CheckSize(bytes) is { } tooLarge)
        {
            return tooLarge;
        }

        return CheckExtension(fileName)
            ?? (claim.Type is { } type && !Allows(FileTypes.Find(type)?.Names ?? [type]) ? RuleRefusals.Type(this, null) : null);
    }

    public TusError? CheckSize(long size) => size > MaxFileSize ? RuleRefusals.Size(MaxFileSize.Value, size) : null;

    /// <summary>Whether a file may be called that.</summary>
    public TusError? CheckExtension(string fileName) =>
        AllowedExtensions.Count > 0 && !AllowedExtensions.Any(extension => Ends(fileName, extension))
            ? RuleRefusals.Extension(this)
            : CheckDenied(fileName);

    /// <summary>Whether a name ends as none may.</summary>
    public TusError? CheckDenied(string fileName) =>
        DeniedExtensions.Any(extension => Ends(fileName, extension)) ? RuleRefusals.Extension(this) : null;

    /// <summary>What its bytes are, after <see cref="Check"/> has passed.</summary>
    public TusError? CheckSniffed(Sniffed bytes, TypeClaim claim) =>
        bytes.Type == FileTypes.Nothing || Allows(bytes, claim) ? null : RuleRefusals.Type(this, bytes.Type);

    /// <summary>What is written as a type and is none.</summary>
    public IEnumerable<string> WrongTypes() => AllowedTypes.Concat(DeniedTypes).Where(type => !TypePattern().IsMatch(type));

    /// <summary>What is written as an extension and is none.</summary>
    public IEnumerable<string> WrongExtensions() =>
        AllowedExtensions.Concat(DeniedExtensions).Where(extension => !ExtensionPattern().IsMatch(extension));

    /// <summary>
    /// What is made in a format and cannot be told from it is what the client says, and so is text. Bytes of no known format are what it
    /// says, unless that has a mark that they lack; where it says nothing, they are text or unknown.
    /// </summary>
    private bool Allows(Sniffed bytes, TypeClaim claim)
    {
        if (!bytes.Type.IsKnown)
        {
            return Allows(claim.Type is null || claim.IsMarked ? bytes.Type.Names : [claim.Type]);
        }

        var isMeant = claim.Type is { } type && bytes.Type.Holds(type);
        return ((isMeant && !bytes.Type.IsActive) || !IsDenied(bytes.Type.Names))
            && (isMeant || IsAllowed(bytes.Type.Names) || (claim is { IsText: true } && bytes.IsText && IsAllowed([claim.Type!])));
    }

    private bool Allows(IReadOnlyList<string> names) => !IsDenied(names) && IsAllowed(names);

    private bool IsDenied(IReadOnlyList<string> names) => DeniedTypes.Any(pattern => names.Any(name => MediaTypes.Fits(pattern, name)));

    private bool IsAllowed(IReadOnlyList<string> names) =>
        AllowedTypes.Count == 0 || AllowedTypes.Any(pattern => names.Any(name => MediaTypes.Fits(pattern, name)));

    // On Windows what follows a colon names a stream of the file before it.
    private static bool Ends(string fileName, string extension)
    {
        var name = fileName.AsSpan();
        if (name.LastIndexOf('.') is >= 0 and var dot && name[dot..].IndexOf(':') is >= 0 and var colon)
        {
            name = name[..(dot + colon)];
        }

        var end = extension.AsSpan().TrimStart('.');
        return name.Length > end.Length && name[^(end.Length + 1)] == '.' && name.EndsWith(end, StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(
        @"^(\*/\*|[\w!#$&^.+-]{1,127}/(\*|[\w!#$&^.+-]{1,127}))$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TypePattern();

    [GeneratedRegex(
        @"^\.?[^\s./\\*?:]+(\.[^\s./\\*?:]+)*$",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ExtensionPattern();
}
