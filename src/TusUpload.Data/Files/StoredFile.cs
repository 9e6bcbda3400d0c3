namespace TusUpload.Data.Files;

/// <summary>A file from the moment its last byte was in. Its id is its upload's.</summary>
public sealed class StoredFile
{
    public Guid Id { get; init; }

    /// <inheritdoc cref="Sessions.UploadSession.UserId"/>
    public required string UserId { get; init; }

    /// <inheritdoc cref="Sessions.UploadSession.UploaderId"/>
    public required string UploaderId { get; init; }

    public Guid WorkspaceId { get; init; }

    public Guid? FolderId { get; init; }

    public Guid? LinkId { get; init; }

    public Guid? BatchId { get; init; }

    /// <summary>The name for people; never a part of a path of ours. In NFC.</summary>
    public required string FileName { get; set; }

    /// <summary>Where the file lay in a dropped directory, as the client said; null when it said nothing.</summary>
    public string? RelativePath { get; init; }

    /// <summary>Bytes.</summary>
    public long FileSize { get; init; }

    /// <summary>What the client called the type; never trusted when the file is served.</summary>
    public string? ContentType { get; init; }

    /// <summary>One of <see cref="FileStatus"/>.</summary>
    public required string ProcessingStatus { get; init; }

    /// <summary>Digest of the whole file, 64 lower hexadecimal digits; null until it is verified.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The digest the client promised at creation.</summary>
    public string? PromisedSha256 { get; init; }

    /// <inheritdoc cref="Sessions.UploadSession.PromisedSha512"/>
    public string? PromisedSha512 { get; init; }

    /// <summary>Digest made while the bytes arrived; null where no process saw them all in order, then verify makes it.</summary>
    public string? ReceivedSha256 { get; init; }

    /// <summary>Key in the object store; ASCII, holds the id; null until it is stored.</summary>
    public string? StoragePath { get; init; }

    /// <summary>The node whose disk holds the received bytes; null where every node reaches them.</summary>
    public Guid? ContentNode { get; init; }

    /// <summary>The job that works or worked on it; null until it was queued.</summary>
    public string? JobId { get; init; }

    /// <summary>The node that works on it; null between jobs.</summary>
    public Guid? ProcessingNode { get; init; }

    /// <summary>
    /// Runs that began and have not said how they went: the one that works on it now, and those whose process died, since it last got any further.
    /// </summary>
    public short OpenRuns { get; init; }

    public string? RejectionCode { get; init; }

    public string? RejectionMessage { get; init; }

    /// <summary>When the last byte was in.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ReadyAt { get; init; }

    /// <summary>
    /// When it is ready it takes the place of those of its name in its folder that were begun before it; they stay as versions of it. Nothing else is
    /// written about that, so it holds whatever happens at the same time, and with the newest version gone the one before it is there again.
    /// </summary>
    public bool Replaces { get; init; }

    /// <inheritdoc cref="Sessions.UploadSession.IsLate"/>
    public bool IsLate { get; init; }

    /// <summary>Grows by one with each change of its name or place.</summary>
    public int Version { get; set; } = 1;

    /// <summary>Deleted by its owner: invisible, its usage returned, its object removed by a job.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}
