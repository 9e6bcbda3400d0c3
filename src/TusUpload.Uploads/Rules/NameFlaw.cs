namespace TusUpload.Uploads.Rules;

/// <summary>Why a name could do harm; what a client is told.</summary>
internal static class NameFlaw
{
    public const string ControlCharacter = "control_character";

    public const string InvisibleCharacter = "invisible_character";

    public const string Separator = "separator";

    public const string TrailingDotOrSpace = "trailing_dot_or_space";

    public const string Reserved = "reserved_name";

    public const string TooLong = "too_long";

    public const string Empty = "empty";

    /// <summary>Of a path: it begins at a root, a drive or a server.</summary>
    public const string Absolute = "absolute";

    /// <summary>Of a path: it says here, or up.</summary>
    public const string DotSegment = "dot_segment";

    public const string TooDeep = "too_deep";
}
