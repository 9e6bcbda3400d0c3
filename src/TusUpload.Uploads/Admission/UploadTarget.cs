using System.Buffers;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;

namespace TusUpload.Uploads.Admission;

/// <summary>What the client says of an upload in Upload-Metadata: its names, where it goes, the digest it promises.</summary>
internal sealed record UploadTarget
{
    private const int LongestName = 1000;
    private const int LongestPath = 4000;
    private const int LongestType = 255;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    public required string FileName { get; init; }

    public string? ContentType { get; init; }

    public string? RelativePath { get; init; }

    /// <summary>Those that it was in, see <see cref="DroppedPath"/>.</summary>
    public IReadOnlyList<string>? Directories { get; init; }

    public Guid? WorkspaceId { get; init; }

    public Guid? FolderId { get; init; }

    /// <summary>A link by its id or its slug.</summary>
    public string? Link { get; init; }

    public Guid? BatchId { get; init; }

    public string? Sha256 { get; init; }

    /// <summary>Reads the keys that mean something here; others are the client's own. A value that cannot be meant is refused.</summary>
    public static TusResult<UploadTarget> Read(UploadMetadata metadata)
    {
        if (metadata.Find(UploadPlaces.LinkKey) is { } link && !UploadPlaces.IsLink(link))
        {
            return Invalid($"The metadata's {UploadPlaces.LinkKey} is neither a UUID nor a link's slug.");
        }

        foreach (var key in (ReadOnlySpan<string>)["workspaceId", "folderId", "batchId"])
        {
            if (metadata.Find(key) is { } value && !Guid.TryParse(value, out _))
            {
                return Invalid($"The metadata's {key} is not a UUID.");
            }
        }

        var sha256 = metadata.Find("sha256")?.ToLowerInvariant();
        if (sha256 is not null && (sha256.Length != 64 || sha256.AsSpan().ContainsAnyExcept(HexDigits)))
        {
            return Invalid("The metadata's sha256 is not 64 hexadecimal digits.");
        }

        var target = new UploadTarget
        {
            FileName = Clean(metadata.Find("filename") ?? metadata.Find("name"), isPath: false) ?? "unnamed",
            ContentType = Clean(metadata.Find("filetype") ?? metadata.Find("type"), isPath: true),
            RelativePath = Clean(metadata.Find("relativePath"), isPath: true),
            WorkspaceId = Id(metadata, "workspaceId"),
            FolderId = Id(metadata, "folderId"),
            Link = metadata.Find(UploadPlaces.LinkKey),
            BatchId = Id(metadata, "batchId"),
            Sha256 = sha256,
        };
        if (target.FileName.Length > LongestName || target.RelativePath?.Length > LongestPath || target.ContentType?.Length > LongestType)
        {
            return Invalid($"A name is longer than {LongestName}, a path than {LongestPath} or a type than {LongestType} characters.");
        }

        var (directories, tooLong) = DroppedPath.Read(target.RelativePath, metadata.Find("filename") ?? metadata.Find("name") ?? target.FileName);
        return tooLong is null ? target with { Directories = directories } : tooLong;
    }

    public NewSession ToSession(CreateRequest request, Guid id, Caller caller, UploadPlace place) => new()
    {
        Id = id,
        UserId = place.UserId,
        UploaderId = caller.Subject,
        WorkspaceId = place.WorkspaceId,
        FolderId = FolderId,
        Below = FolderId,
        Directories = request.IsPartial ? null : Directories,
        LinkId = place.LinkId,
        IsVisitor = !caller.IsUser,
        IsFirstVisit = caller.IsFirstVisit,
        BatchId = request.IsPartial ? null : BatchId,
        FileName = FileName,
        RelativePath = RelativePath,
        ContentType = ContentType,
        Metadata = request.Metadata.Raw,
        FileHash = Sha256 ?? request.Sha256,
        PromisedSha512 = request.Sha512,
        IsPartial = request.IsPartial,
        ResumeKey = request.IsPartial ? null : request.ResumeKey,
        Finishes = request.Finishes,
        TotalSize = request.Length,
        Now = default,
        ExpiresAt = default,
    };

    // A name is for people: what could break a line, a header or a path in somebody's tool becomes an underscore.
    private static string? Clean(string? text, bool isPath) => text is null
        ? null
        : string.Create(text.Length, (text, isPath), static (clean, source) =>
        {
            for (var i = 0; i < clean.Length; i++)
            {
                var letter = source.text[i];
                clean[i] = char.IsControl(letter) || (!source.isPath && letter is '/' or '\\') ? '_' : letter;
            }
        });

    private static Guid? Id(UploadMetadata metadata, string key) => metadata.Find(key) is { } value ? Guid.Parse(value) : null;

    private static TusError Invalid(string message) => new(400, "invalid_metadata", message);
}
