namespace TusUpload.Data.Content;

/// <summary>A part that the object store has taken.</summary>
public sealed class ContentPart
{
    public Guid SessionId { get; init; }

    /// <summary>From 1.</summary>
    public int Number { get; init; }

    public required string Etag { get; init; }
}
