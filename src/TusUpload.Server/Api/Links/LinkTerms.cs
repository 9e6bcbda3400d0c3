using System.Net.Http.Headers;

using TusUpload.Data.Links;

namespace TusUpload.Server.Api.Links;

/// <summary>What whoever manages a link says of it. Null everywhere: no limit.</summary>
internal record LinkTerms
{
    private const int LongestName = 200;
    private const int LongestText = 255;
    private const int MostTexts = 100;

    /// <summary>Visitors see it; at most 200 characters.</summary>
    public string? Name { get; init; }

    /// <summary>Where its files go; null: the workspace's root.</summary>
    public Guid? FolderId { get; init; }

    /// <summary>No new upload comes in after this.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many visitors may come.</summary>
    public int? MaxUses { get; init; }

    /// <summary>How many files may come in.</summary>
    public int? MaxFiles { get; init; }

    /// <summary>Bytes of all its files together.</summary>
    public long? StorageLimit { get; init; }

    /// <summary>Bytes of the largest file.</summary>
    public long? MaxFileSize { get; init; }

    /// <summary>Such as <c>image/png</c> or <c>image/*</c>.</summary>
    public string[]? AllowedTypes { get; init; }

    /// <summary>Pages that may upload through it, besides those of the server.</summary>
    public string[]? AllowedOrigins { get; init; }

    public static LinkTerms Of(Link link) => new()
    {
        Name = link.Name,
        FolderId = link.FolderId,
        ExpiresAt = link.ExpiresAt,
        MaxUses = link.MaxUses,
        MaxFiles = link.MaxFiles,
        StorageLimit = link.StorageLimit,
        MaxFileSize = link.MaxFileSize,
        AllowedTypes = link.AllowedTypes,
        AllowedOrigins = link.AllowedOrigins,
    };

    /// <summary>The first thing that cannot be meant; null: there is none.</summary>
    public ApiError? Refuse() =>
        Name is { } name && (name.Length > LongestName || name.Any(char.IsControl)) ? ApiError.InvalidLinkName
        : MaxUses < 1 || MaxFiles < 1 || StorageLimit < 0 || MaxFileSize < 0 ? ApiError.InvalidLinkLimit
        : AllowedTypes is { } types && !AreAll(types, IsType) ? ApiError.InvalidAllowedTypes
        : AllowedOrigins is { } origins && !AreAll(origins, IsOrigin) ? ApiError.InvalidAllowedOrigins
        : null;

    private static bool AreAll(string[] texts, Func<string, bool> isOne) =>
        texts.Length is > 0 and <= MostTexts && texts.All(text => text is { Length: > 0 and <= LongestText } && isOne(text));

    private static bool IsType(string text) => MediaTypeHeaderValue.TryParse(text, out var type) && type.MediaType == text;

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var page) && page.Scheme is "http" or "https" && page.GetLeftPart(UriPartial.Authority) == text;
}
