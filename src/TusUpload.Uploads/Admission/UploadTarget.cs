using System.Buffers;

using TusUpload.Data.Sessions;
using TusUpload.Protocol.Errors;
using TusUpload.Protocol.Stores;
using TusUpload.Uploads.Rules;

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
    public static TusResult<UploadTarget> Read(UploadMetadata metadata, NameRules names)
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

        var (name, path) = (metadata.Find("filename") ?? metadata.Find("name"), metadata.Find("relativePath"));
        var type = metadata.Find("filetype") ?? metadata.Find("type");
        if (name?.Length > LongestName || path?.Length > LongestPath || type?.Length > LongestType)
        {
            return Invalid($"A name is longer than {LongestName}, a path than {LongestPath} or a type than {LongestType} characters.");
        }

        var (fileName, relativePath) = (names.NameOf(name), names.PathOf(path));
        if ((fileName.Error ?? relativePath.Error) is { } refusal)
        {
            return refusal;
        }

        var (directories, tooLong) = DroppedPath.Read(relativePath.Value, name ?? fileName.Value!);
        return tooLong is not null ? tooLong : new UploadTarget
        {
            FileName = fileName.Value!,
            ContentType = Clean(type),
            RelativePath = relativePath.Value,
            Directories = directories,
            WorkspaceId = Id(metadata, "workspaceId"),
            FolderId = Id(metadata, "folderId"),
            Link = metadata.Find(UploadPlaces.LinkKey),
            BatchId = Id(metadata, "batchId"),
            Sha256 = sha256,
        };
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

    // What could break a line or a header in somebody's tool becomes an underscore.
    private static string? Clean(string? type) => type is null
        ? null
        : string.Create(type.Length, type, static (clean, source) =>
        {
            for (var i = 0; i < clean.Length; i++)
            {
                clean[i] = char.IsControl(source[i]) ? '_' : source[i];
            }
        });

    private static Guid? Id(UploadMetadata metadata, string key) => metadata.Find(key) is { } value ? Guid.Parse(value) : null;

    private static TusError Invalid(string message) => new(400, "invalid_metadata", message);
}
