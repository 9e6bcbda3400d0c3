using System.Linq.Expressions;

using TusUpload.Data.ApiKeys;

namespace TusUpload.Server.Api.Keys;

/// <summary>An API key as the API shows it; nobody sees its secret again.</summary>
/// <param name="LastUsedAt">Right to within a minute; null: never.</param>
internal sealed record KeyView(
    Guid Id, string Name, string[] Scopes, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt)
{
    public static readonly Expression<Func<ApiKey, KeyView>> Of = key => new KeyView(
        key.Id, key.Name, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, key.RevokedAt);
}
