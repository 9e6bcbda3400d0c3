namespace TusUpload.Data.Sessions;

/// <summary>An upload's row: the truth about its offset, who may write it and what is held for it.</summary>
public sealed class UploadSession
{
    /// <summary>Refuses a second upload of the same uploader under the same <see cref="ResumeKey"/>, while the first has not ended.</summary>
    public const string ResumeKeyIndex = "ix_upload_sessions_uploader_id_resume_key";

    public Guid Id { get; init; }

    /// <summary>The account: whose workspace it goes to, and where it counts.</summary>
    public required string UserId { get; init; }

    /// <summary>Who made it and may go on with it: a user, most often that of the account, or a visitor of a link. At most 200 characters.</summary>
    public required string UploaderId { get; init; }

    public Guid WorkspaceId { get; init; }

    public Guid? FolderId { get; init; }

    public Guid? LinkId { get; init; }

    public Guid? BatchId { get; init; }

    /// <inheritdoc cref="Files.StoredFile.FileName"/>
    public required string FileName { get; init; }

    /// <inheritdoc cref="Files.StoredFile.RelativePath"/>
    public string? RelativePath { get; init; }

    /// <inheritdoc cref="Files.StoredFile.ContentType"/>
    public string? ContentType { get; init; }

    /// <summary>Upload-Metadata to the letter, for HEAD.</summary>
    public string? Metadata { get; init; }

    /// <summary>The SHA-256 the client promised, 64 lower hexadecimal digits.</summary>
    public string? FileHash { get; init; }

    /// <summary>Bytes in all; null while the length is deferred.</summary>
    public long? TotalSize { get; init; }

    /// <summary>Bytes that are kept: what was acknowledged, and never less later.</summary>
    public long UploadedSize { get; init; }

    /// <summary>Bytes held for it at every level that counts.</summary>
    public long ReservedSize { get; init; }

    /// <summary>The largest span committed so far, in bytes.</summary>
    public long ChunkSize { get; init; }

    /// <summary>How many spans were committed; the next one's index.</summary>
    public int CompletedChunks { get; init; }

    /// <summary>One of <see cref="SessionStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The node that may write; null when none does. Alive only while that node's heartbeat is.</summary>
    public Guid? LeaseNode { get; init; }

    /// <summary>Grows by one with every lease. A commit under an older one fails.</summary>
    public long LeaseEpoch { get; init; }

    /// <inheritdoc cref="Files.StoredFile.ContentNode"/>
    public Guid? ContentNode { get; init; }

    /// <summary>Of an ended session: its bytes are off the disk.</summary>
    public bool ContentRemoved { get; init; }

    /// <summary>One of several that a final upload will be made of. Never received and no file: with its last byte it waits for its final.</summary>
    public bool IsPartial { get; init; }

    /// <summary>Of a final upload: its partial uploads in order. Null for any other.</summary>
    public Guid[]? PartIds { get; init; }

    /// <summary>Of a partial upload: the final that it belongs to; goes with it.</summary>
    public Guid? FinalId { get; init; }

    /// <summary>Of a final upload: Upload-Concat to the letter, for HEAD.</summary>
    public string? Concat { get; init; }

    /// <summary>What the client calls the upload, so that it finds it again when it has lost its address; unique per uploader.</summary>
    public string? ResumeKey { get; init; }

    /// <summary>It came when its batch was closed: it belongs to it and is not among its files that are counted.</summary>
    public bool IsLate { get; init; }

    /// <inheritdoc cref="Files.StoredFile.Replaces"/>
    public bool Replaces { get; init; }

    /// <summary>Upload tokens of another revision are revoked.</summary>
    public int TokenRevision { get; init; }

    /// <summary>The SHA-512 the client promised, 128 lower hexadecimal digits.</summary>
    public string? PromisedSha512 { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset LastActivityAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
