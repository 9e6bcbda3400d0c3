namespace TusUpload.Data.Content;

/// <summary>A part that the object store has taken.</summary>
public sealed class ContentPart
{
    public Guid SessionId { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }

    public required string Etag { get; init; }

    /// <summary>Its bytes stay in rows as well, because another writer's for the same number may still arrive and take their place.</summary>
    public bool KeepsRows { get; init; }
}
