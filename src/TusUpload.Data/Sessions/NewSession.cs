namespace TusUpload.Data.Sessions;

/// <summary>An upload to be made. Sizes in bytes.</summary>
public sealed record NewSession
{
    public required Guid Id { get; init; }

    /// <inheritdoc cref="UploadSession.UserId"/>
    public required string UserId { get; init; }

    /// <inheritdoc cref="UploadSession.UploaderId"/>
    public required string UploaderId { get; init; }

    public required Guid WorkspaceId { get; init; }

    public Guid? FolderId { get; init; }

    /// <summary>
    /// Where <see cref="FolderId"/> was when it was looked up: one that is somewhere else by now is not there. Null: wherever it is.
    /// </summary>
    public string? FolderPath { get; init; }

    /// <summary>Directories that the file came in, the outermost first, each a folder below <see cref="Below"/>; null: none.</summary>
    public IReadOnlyList<string>? Directories { get; init; }

    /// <summary>The folder that was asked for; null: the link's, or the root.</summary>
    public Guid? Below { get; init; }

    public Guid? LinkId { get; init; }

    public Guid? BatchId { get; init; }

    public required string FileName { get; init; }

    public string? RelativePath { get; init; }

    public string? ContentType { get; init; }

    public string? Metadata { get; init; }

    public string? FileHash { get; init; }

    /// <summary>128 lower hexadecimal digits; null without a promise.</summary>
    public string? PromisedSha512 { get; init; }

    /// <inheritdoc cref="UploadSession.IsPartial"/>
    public bool IsPartial { get; init; }

    /// <inheritdoc cref="UploadSession.ResumeKey"/>
    public string? ResumeKey { get; init; }

    /// <summary>False where the client has still to say that the upload is complete, whatever its offset.</summary>
    public bool Finishes { get; init; } = true;

    /// <summary>Null while the length is deferred.</summary>
    public long? TotalSize { get; init; }

    /// <summary>Bytes to be held for it, where that is not <see cref="TotalSize"/>, or what has come.</summary>
    public long? Held { get; init; }

    /// <summary>The node whose disk will hold the bytes; null where every node reaches them.</summary>
    public Guid? ContentNode { get; init; }

    /// <summary>The node that goes on writing at once, under epoch 1; null when none does.</summary>
    public Guid? LeaseNode { get; init; }

    /// <summary>Bytes that are on the disk already; with <see cref="TotalSize"/> bytes of it the session is born received.</summary>
    public CommittedSpan? FirstSpan { get; init; }

    /// <summary>
    /// Until when <see cref="FirstSpan"/>'s bytes are sure to be there without this row: then whoever looks for bytes that nobody knows may find them.
    /// </summary>
    public DateTimeOffset? BytesKeptUntil { get; init; }

    /// <summary>SHA-256 of the whole, where <see cref="FirstSpan"/> is the whole.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Its uploader came by the link, and has said what there is to say there; anybody else asks for the link by name.</summary>
    public bool IsVisitor { get; init; }

    /// <summary>Its uploader has not been there before: it counts as a use of the link.</summary>
    public bool IsFirstVisit { get; init; }

    /// <summary>When it was begun, where that was before <see cref="Now"/>: a link that has expired since takes it.</summary>
    public DateTimeOffset? Begun { get; init; }

    public required DateTimeOffset Now { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public long UploadedSize => FirstSpan?.End ?? 0;

    public bool IsReceived => Finishes && !IsPartial && TotalSize == UploadedSize;
}

/// <summary>Bytes <c>[Start, End)</c> of an upload, durable, with their XXH128 (16 bytes).</summary>
public readonly record struct CommittedSpan(long Start, long End, byte[] Checksum);
