namespace TusUpload.Data.Links;

/// <summary>A link as its visitors need it, revoked or not.</summary>
/// <param name="Slug"><inheritdoc cref="Link.Slug" path="/summary"/></param>
/// <param name="PasswordHash"><inheritdoc cref="Link.PasswordHash" path="/summary"/></param>
public sealed record SharedLink(Guid Id, string Slug, string Name, string? PasswordHash, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt)
{
    public int? UsesLeft { get; init; }

    public int? FilesLeft { get; init; }

    public long? BytesLeft { get; init; }

    /// <inheritdoc cref="Link.MaxFileSize"/>
    public long? MaxFileSize { get; init; }

    /// <inheritdoc cref="Link.AllowedTypes"/>
    public string[]? AllowedTypes { get; init; }
}
