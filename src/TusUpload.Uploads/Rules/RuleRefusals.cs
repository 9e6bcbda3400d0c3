using TusUpload.Protocol.Errors;
using TusUpload.Uploads.Sniffing;

namespace TusUpload.Uploads.Rules;

/// <summary>Why a file may not be uploaded. Final answers, with what a program needs to say it in its own words.</summary>
internal static class RuleRefusals
{
    public const string TypeNotAllowed = "type_not_allowed";

    public const string TypeMismatch = "type_mismatch";

    /// <param name="bytes">Null where the client itself says a type that is not allowed.</param>
    public static TusError Type(ContentRules rules, FileType? bytes) => new(415, TypeNotAllowed, "Files of this type are not taken here.")
    {
        Details = new Dictionary<string, object?>
        {
            ["detectedType"] = bytes?.Name,
            ["allowedTypes"] = Join(rules.AllowedTypes),
            ["deniedTypes"] = Join(rules.DeniedTypes),
        },
    };

    /// <summary>Of a file that names no type at all, or none of those that a link takes.</summary>
    public static TusError LinkType(IReadOnlyList<string> allowed) => new(415, TypeNotAllowed, "The link takes no files of this type.")
    {
        Details = new Dictionary<string, object?> { ["detectedType"] = null, ["allowedTypes"] = Join(allowed), ["deniedTypes"] = null },
    };

    public static TusError Mismatch(FileType bytes) => new(415, TypeMismatch, "The first bytes are not of the type that was given to them.")
    {
        Details = new Dictionary<string, object?> { ["detectedType"] = bytes.Name },
    };

    public static TusError Extension(ContentRules rules) =>
        new(415, "extension_not_allowed", "Files with this extension are not taken here.")
        {
            Details = new Dictionary<string, object?>
            {
                ["allowedExtensions"] = Join(rules.AllowedExtensions),
                ["deniedExtensions"] = Join(rules.DeniedExtensions),
            },
        };

    /// <param name="size">Null where it is only known to be more.</param>
    public static TusError Size(long limit, long? size) => new(413, "file_too_large", "The file is larger than is taken here.")
    {
        Details = new Dictionary<string, object?> { ["limit"] = limit, ["bytesAsked"] = size },
    };

    /// <param name="key">What the client calls the name: a key of the metadata, or a member of the body.</param>
    /// <param name="flaw">One of <see cref="NameFlaw"/>.</param>
    public static TusError Name(string key, string flaw) =>
        new(422, "name_not_allowed", $"{key} is no name that is taken here.")
        {
            Details = new Dictionary<string, object?> { ["key"] = key, ["reason"] = flaw },
        };

    private static string? Join(IReadOnlyList<string> values) => values.Count == 0 ? null : string.Join(", ", values);
}
