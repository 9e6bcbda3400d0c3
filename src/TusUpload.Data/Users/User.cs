namespace TusUpload.Data.Users;

/// <summary>Who uploads: the subject of the sign-in. The first of the three levels that storage is counted at.</summary>
public sealed class User
{
    /// <summary>The subject as the issuer writes it; at most 200 characters.</summary>
    public required string Id { get; init; }

    /// <summary>Where uploads go that name no workspace.</summary>
    public Guid DefaultWorkspaceId { get; init; }

    /// <summary>The plan that its sign-in named last; null: none. At most 100 characters.</summary>
    public string? Plan { get; init; }

    /// <summary>Its limit was set for it, and no plan changes it.</summary>
    public bool HasOwnLimit { get; set; }

    /// <summary>Bytes in all; null is no limit.</summary>
    public long? StorageLimit { get; set; }

    /// <summary>Bytes of files that are ready.</summary>
    public long StorageUsed { get; init; }

    /// <summary>Bytes held for uploads on their way; each is settled or released exactly once.</summary>
    public long StorageReserved { get; init; }

    /// <summary>
    /// The percentage of the limit that its owner was last warned at; below zero once anything was counted since. 0: none since there was room again.
    /// </summary>
    public short StorageWarned { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
