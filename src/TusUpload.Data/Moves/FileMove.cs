namespace TusUpload.Data.Moves;

/// <summary>A file on its way into an object store, in more than one request: where its next attempt goes on.</summary>
public sealed class FileMove
{
    public Guid FileId { get; init; }

    /// <summary>Where it is going: a move to another place is another move.</summary>
    public required string StoragePath { get; init; }

    /// <summary>What the store calls the unfinished upload.</summary>
    public required string RemoteId { get; init; }

    public DateTimeOffset BegunAt { get; init; }
}
