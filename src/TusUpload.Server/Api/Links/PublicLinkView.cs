using TusUpload.Data.Links;
using TusUpload.Protocol;

namespace TusUpload.Server.Api.Links;

/// <summary>A link as its visitors see it. Null: no limit.</summary>
/// <param name="LinkId">What an upload names as <c>linkId</c>; its slug does as well.</param>
/// <param name="PasswordRequired">Whether its session asks for a password.</param>
/// <param name="UsesLeft">How many more visitors it takes.</param>
/// <param name="FilesLeft">How many more files may come in.</param>
/// <param name="BytesLeft">How many more bytes may come in through it.</param>
internal sealed record PublicLinkView(
    Guid LinkId,
    string Name,
    bool PasswordRequired,
    DateTimeOffset? ExpiresAt,
    int? UsesLeft,
    int? FilesLeft,
    long? BytesLeft,
    long? MaxFileSize,
    string[]? AllowedTypes)
{
    public static PublicLinkView Of(SharedLink link, TusOptions tus) => new(
        link.Id,
        link.Name,
        link.PasswordHash is not null,
        link.ExpiresAt,
        link.UsesLeft,
        link.FilesLeft,
        link.BytesLeft,
        link.MaxFileSize is { } own && tus.MaxSize is { } all ? Math.Min(own, all) : link.MaxFileSize ?? tus.MaxSize,
        link.AllowedTypes);
}
