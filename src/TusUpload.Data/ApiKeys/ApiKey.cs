namespace TusUpload.Data.ApiKeys;

/// <summary>A key that a program signs in with instead of a person. Who holds its secret is its user, with its rights and no others.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; }

    public required string UserId { get; init; }

    /// <summary>What its user calls it; at most 100 characters.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the secret, which nobody but its holder has: 32 random bytes need no slower hash.</summary>
    public required byte[] SecretHash { get; init; }

    /// <summary>What it may do, in the words of the API.</summary>
    public required string[] Scopes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: it does not end by itself.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Right to within a minute; null: never.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; set; }
}
