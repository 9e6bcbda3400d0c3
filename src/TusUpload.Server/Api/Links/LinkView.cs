using TusUpload.Data.Links;
using TusUpload.Server.Api.Usage;

namespace TusUpload.Server.Api.Links;

/// <summary>A link as those who manage it see it; nobody sees its password again.</summary>
/// <param name="Uses">How many visitors came.</param>
/// <param name="Files">Uploads and files that came in and were neither cancelled nor rejected, deleted ones too.</param>
/// <param name="Storage">Bytes: the limit, used, and held for uploads on their way.</param>
internal sealed record LinkView(
    Guid Id,
    string Slug,
    string Name,
    Guid WorkspaceId,
    Guid? FolderId,
    bool HasPassword,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    int? MaxUses,
    int Uses,
    int? MaxFiles,
    int Files,
    long? MaxFileSize,
    string[]? AllowedTypes,
    string[]? AllowedOrigins,
    AccountUsage Storage,
    string CreatedBy,
    DateTimeOffset CreatedAt)
{
    public static LinkView Of(Link link) => new(
        link.Id,
        link.Slug,
        link.Name,
        link.WorkspaceId,
        link.FolderId,
        link.PasswordHash is not null,
        link.ExpiresAt,
        link.RevokedAt,
        link.MaxUses,
        link.Uses,
        link.MaxFiles,
        link.Files,
        link.MaxFileSize,
        link.AllowedTypes,
        link.AllowedOrigins,
        new(link.StorageLimit, link.StorageUsed, link.StorageReserved),
        link.CreatedBy,
        link.CreatedAt);
}
