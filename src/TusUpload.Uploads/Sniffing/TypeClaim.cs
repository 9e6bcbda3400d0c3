namespace TusUpload.Uploads.Sniffing;

/// <summary>The media type that a client gives to its bytes, held against what they are.</summary>
/// <param name="Type">In lower case and without parameters; null where it gives none.</param>
internal readonly record struct TypeClaim(string? Type)
{
    // Documents that the table of formats knows only by what they are made in.
    private static readonly string[] Documents =
    [
        "application/msword", "application/vnd.ms-*", "application/vnd.openxmlformats-officedocument.*",
        "application/vnd.oasis.opendocument.*", "application/vnd.apple.*",
    ];

    private static readonly string[] Texts =
    [
        "text/*", "message/*", "application/json", "*+json", "application/xml", "*+xml", "application/javascript",
        "application/x-javascript", "application/ecmascript", "application/typescript", "application/yaml", "application/x-yaml", "application/toml", "application/sql",
        "application/x-ndjson", "application/jsonl", "application/graphql", "application/x-subrip", "application/x-tex",
        "application/x-latex",
    ];

    public static TypeClaim Of(string? contentType) => new(MediaTypes.Essence(contentType));

    /// <summary>It says nothing of what the bytes are.</summary>
    public bool IsNone => Type is null or MediaTypes.Unknown or "binary/octet-stream" or "application/x-binary";

    /// <summary>Said of text, whatever it is for.</summary>
    public bool IsText => IsAny(Texts) && Type != FileTypes.Svg.Name;

    /// <summary>Said of what nothing runs: pictures, sound, films, fonts, texts, documents, archives. No program may pass as one.</summary>
    public bool IsInert => !IsNone && (Family is not null || IsText || IsAny(Documents) || FileTypes.Find(Type) is { IsActive: false });

    /// <summary>What is of this type can be known by its first bytes, whatever it holds.</summary>
    public bool IsMarked => FileTypes.Find(Type) is { IsMarked: true };

    /// <summary>What it has in common with kin that clients often mean; null for what has none.</summary>
    public string? Family => FamilyOf(Type);

    /// <summary>Whether bytes that are this can be meant.</summary>
    public bool Admits(Sniffed bytes) =>
        IsNone || bytes.Type.IsNamed(Type!) || bytes.Type.IsRelatedTo(Type!) || (IsText && bytes.IsText);

    /// <summary>A program, page or script that goes by the name of what nothing runs.</summary>
    public bool IsDisguise(Sniffed bytes) => bytes.Type.IsActive && IsInert && !Admits(bytes);

    /// <summary>Bytes of another kind than it says. What no format is known of contradicts only types that have a mark.</summary>
    public bool IsContradicted(Sniffed bytes) => bytes.Type switch
    {
        _ when bytes.Type == FileTypes.Nothing => false,
        { IsKnown: false } => IsMarked,
        { IsActive: true } => !Admits(bytes),
        _ => !Admits(bytes) && (Family is null || Family != FamilyOf(bytes.Type.Name)),
    };

    private static string? FamilyOf(string? type) => type?.Split('/')[0] switch
    {
        "audio" or "video" => "video",
        "image" => "image",
        "font" => "font",
        _ => null,
    };

    private bool IsAny(string[] patterns)
    {
        var type = Type;
        return type is not null && patterns.Any(pattern => MediaTypes.Fits(pattern, type));
    }
}
